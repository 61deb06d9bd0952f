// The sending side: SND.* of RFC 9293 3.3.1 and the send queue. The only writer of both.
//
// The queue is two chains: what was sent at least once and waits for its ACK, and what was never
// sent. Sequence numbers count SYN and FIN, the chains do not.
#pragma once

#include <cstdint>

#include "mem/packet_memory.h"
#include "transport/tcp/seq.h"

namespace tapstack::transport::tcp {

struct SendVariables {
  SeqNumber iss;
  SeqNumber una;           // SND.UNA: oldest unacknowledged
  SeqNumber nxt;           // SND.NXT: next to be sent for the first time; never moves back
  SeqNumber wl1;           // SND.WL1: SEG.SEQ of the last window update
  SeqNumber wl2;           // SND.WL2: SEG.ACK of it
  SeqNumber up;            // SND.UP: the octet after the urgent one (RFC 6093 3.1), if has_urgent
  uint32_t wnd_bytes = 0;  // SND.WND, scaled, from una (RFC 9293 3.1, REC-1)
  uint32_t max_wnd_bytes = 0;  // RFC 9293 3.8.6.2.1: largest ever offered
  uint64_t acked_bytes = 0;    // of text, in all
  uint64_t sent_bytes = 0;     // of text for the first time, in all
  bool has_urgent = false;
  bool syn_acked = false;
  bool fin_queued = false;  // the user closed: FIN follows the last octet
  bool fin_sent = false;
  bool fin_acked = false;

  bool is_all_acked() const { return una == nxt; }
  // First sequence number outside the peer's window.
  SeqNumber window_end() const { return una + wnd_bytes; }
};

struct Acknowledged {
  uint32_t text_bytes = 0;   // newly acknowledged octets of text
  uint32_t total_bytes = 0;  // with SYN and FIN
  bool fin = false;          // our FIN was among them
};

class Sender {
 public:
  // Before the SYN: una = nxt = iss.
  void start(SeqNumber iss);
  // The SYN takes its sequence number; once, also when it is sent several times.
  void on_syn_sent();
  // The peer's window as it stands in the handshake.
  void start_window(SeqNumber seq, SeqNumber ack, uint32_t wnd_bytes);

  // Text of the user. False: no memory.
  bool queue_copy(mem::PacketMemory& memory, mem::ConstBytes bytes);
  void queue_chain(mem::PacketMemory& memory, mem::Chain& bytes);
  void queue_fin() { v_.fin_queued = true; }
  // The octet before `unsent end` is urgent: the last one queued so far. Urgent data is all up to
  // it (RFC 9293 3.8.5, MUST-31); the pointer gives the octet behind (MUST-62).
  void mark_urgent();

  // The next `n` unsent octets, n <= unsent_bytes(), are transmitted for the first time, with our
  // FIN behind them if `fin`. `payload` gets a shared view of them. False: no memory, nothing
  // changed.
  bool take_new(mem::PacketMemory& memory, uint32_t n, bool fin, mem::Chain& payload);
  // A shared view of the next `n` unsent octets, n <= unsent_bytes(), which stay unsent.
  bool share_unsent(mem::PacketMemory& memory, uint32_t n, mem::Chain& payload);
  // The SYN-ACK, which on_ack() has seen, acknowledges `n` octets that went with the SYN only.
  void on_syn_text_acked(mem::PacketMemory& memory, uint32_t n);
  // A shared view of sent octets [range), which must lie in [una, nxt) without SYN and FIN.
  bool share_sent(mem::PacketMemory& memory, const SeqRange& range, mem::Chain& payload);

  // SEG.ACK in (una, nxt]: moves una, frees what is acknowledged.
  Acknowledged on_ack(mem::PacketMemory& memory, SeqNumber ack);
  // RFC 9293 3.10.7.4: takes the window if the segment is not older than the last that gave one.
  void on_window(SeqNumber seq, SeqNumber ack, uint32_t wnd_bytes);
  // Everything queued is thrown away (abort).
  void clear(mem::PacketMemory& memory);

  const SendVariables& vars() const { return v_; }
  uint32_t unsent_bytes() const { return unsent_.length; }
  uint32_t queued_bytes() const { return sent_.length + unsent_.length; }
  // The octet behind all that is queued.
  SeqNumber queue_end() const { return (v_.nxt == v_.iss ? v_.iss + 1 : v_.nxt) + unsent_.length; }
  // First octet of text that is not acknowledged.
  SeqNumber text_begin() const { return v_.syn_acked ? v_.una : v_.iss + 1; }

 private:
  SendVariables v_;
  mem::Chain sent_;
  mem::ChainCursor again_;  // in sent_: where the last retransmission ended
  mem::Chain unsent_;
};

}  // namespace tapstack::transport::tcp
