// What ACKs and timers say about losses, and what follows for recovery, the window and the timers:
// the wiring between SentLog, Rack, TailLossProbe, Frto, Undo, Prr and Congestion, each of which
// knows its own rule only.
#pragma once

#include <optional>

#include "transport/tcp/work.h"

namespace tapstack::transport::tcp {

// One acceptable ACK, after it was taken in (RFC 9293 3.10.7.4, fifth step).
struct AckFacts {
  Delivered delivered;
  uint32_t pipe_before_bytes = 0;
  bool has_moved = false;            // SND.UNA did
  bool is_duplicate = false;         // RFC 5681 2: the five conditions
  bool has_ecn_echo = false;         // RFC 3168 6.1.2
  std::optional<SeqRange> repeated;  // the peer got it twice: D-SACK (RFC 2883)
  std::optional<uint32_t> tsecr;     // RFC 7323
};

void on_ack_facts(Work& w, const AckFacts& facts);

// RFC 6298 5.4 to 5.6: the first segment goes again. `again`: it fired before without progress.
void on_retransmission_timeout(Work& w, bool again);
// RFC 8985 6.2 step 5: the reordering window of something is over.
void on_reordering_timeout(Work& w);
// RFC 8985 7.3: nothing was heard about the tail.
void on_probe_timeout(Work& w);
// Nothing of what is outstanding can arrive (the path's MTU fell), or it was refused (the window
// was closed): it goes again, and congestion control need not hear of it.
void resend_everything(Connection& c, SentPool& pool);

// The retransmission timer, counted from `from` (RFC 6298 5); earlier where the program's own limit
// is (RFC 5482).
void set_retransmit_timer(Work& w, Instant from);
// The timers of what is outstanding, anew: RFC 6298 5.3, RFC 7765, RFC 8985 7.2.
void start_retransmit_timers(Work& w);
void start_probe_timer(Work& w);

// Bytes in the network: RFC 6675 4, SetPipe(); without SACK duplicates count.
uint32_t pipe_bytes(const Connection& c);

}  // namespace tapstack::transport::tcp
