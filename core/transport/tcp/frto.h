// F-RTO: whether a retransmission time-out was spurious, by what the next two ACKs say (RFC 5682).
#pragma once

#include "transport/tcp/seq.h"

namespace tapstack::transport::tcp {

class Frto {
 public:
  enum class Verdict : uint8_t {
    kGenuine,   // or given up: the conventional recovery goes on
    kWaiting,   // not known yet
    kTryNew,    // step 2b: new text is to go now instead of what is outstanding
    kSpurious,  // the original transmissions arrived
  };
  struct Ack {
    bool has_moved = false;     // the cumulative acknowledgment moved
    bool has_original = false;  // it reports text that was sent only once, before the time-out
    bool is_duplicate = false;  // it is a duplicate ACK, or reports text above a hole
    bool can_send_new = false;  // there is new text, and room for it in the peer's window
  };

  // Step 1: the timer fired and the first segment goes again; everything up to `nxt` is in doubt.
  void start(SeqNumber nxt);
  void stop() { phase_ = Phase::kOff; }
  // Steps 2 and 3.
  Verdict on_ack(const Ack& ack);
  bool is_running() const { return phase_ != Phase::kOff; }
  // Between step 2b and 3: lost text waits.
  bool prefers_new() const { return phase_ == Phase::kNewSent; }
  SeqNumber high() const { return high_; }

 private:
  enum class Phase : uint8_t { kOff, kResent, kNewSent };
  SeqNumber high_;  // SND.NXT at the time-out
  Phase phase_ = Phase::kOff;
};

}  // namespace tapstack::transport::tcp
