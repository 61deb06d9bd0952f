// The receiving side: RCV.* of RFC 9293 3.3.1, the receive queue and the window that is offered.
// The only writer of them.
//
// The window never shrinks (RFC 9293 3.8.6, SHLD-14): once offered, the right edge stands, whatever
// happens to the buffer's limit.
#pragma once

#include <cstdint>

#include "config.h"
#include "mem/packet_memory.h"
#include "transport/tcp/seq.h"

namespace tapstack::transport::tcp {

struct ReceiveVariables {
  SeqNumber irs;
  SeqNumber nxt;                // RCV.NXT
  SeqNumber window_end;         // RCV.NXT + RCV.WND as last advertised
  SeqNumber up;                 // RCV.UP: the octet after the urgent one, if has_urgent
  SeqNumber read;               // sequence number of the first octet in the queue
  uint64_t received_bytes = 0;  // of text in order, in all
  bool has_urgent = false;      // an urgent octet was announced and not yet passed by the reader
  bool urgent_taken = false;    // it was read with MSG_OOB
  bool fin_received = false;

  uint32_t wnd_bytes() const { return window_end.since(nxt); }
};

class Receiver {
 public:
  // `limit_bytes`: of the buffer, in text; `shift`: of our window field (RFC 7323 2.2), 0 without.
  void start(SeqNumber irs, uint32_t limit_bytes, uint8_t shift);
  // The unscaled window of a SYN or SYN-ACK (RFC 7323 2.2); what it offers counts as offered.
  uint16_t advertise_in_syn();
  // The window field of a segment now going out. `mss_bytes`: full segments of the peer. The edge
  // moves only by min(limit / 2, mss), to avoid the silly window syndrome (RFC 9293 3.8.6.2.2,
  // MUST-39).
  uint16_t advertise(uint32_t mss_bytes);
  // Whether the reader has freed so much that the peer should be told: twice what it knows of.
  bool is_update_due(uint32_t mss_bytes) const;

  // In-order text that begins at nxt. Once the queue's blocks are as large as its limit, text goes
  // into the blocks that are there as far as it fits: they stay below about twice the limit,
  // however small the segments are.
  void append(mem::PacketMemory& memory, mem::Chain& text);
  void on_fin();
  // RFC 9293 3.10.7.4 step 6: true when the pointer is new.
  bool on_urgent(SeqNumber up);
  void take_urgent() { v_.urgent_taken = true; }
  // The reader has consumed `n` octets of the queue.
  void consume(mem::PacketMemory& memory, uint32_t n);
  void set_limit(uint32_t limit_bytes) { limit_bytes_ = limit_bytes; }
  void clear(mem::PacketMemory& memory);

  const ReceiveVariables& vars() const { return v_; }
  // The last window that was offered was none.
  bool is_closed() const { return is_closed_; }
  const mem::Chain& queue() const { return queue_; }
  uint32_t limit_bytes() const { return limit_bytes_; }
  uint8_t shift() const { return shift_; }

 private:
  uint32_t free_bytes() const;

  ReceiveVariables v_;
  mem::Chain queue_;
  uint32_t limit_bytes_ = kConfig.tcp_receive_buffer_bytes;
  uint8_t shift_ = 0;
  bool is_closed_ = false;
};

// The smallest shift with which a 16-bit window field can offer `buffer_max_bytes`, at most 14
// (RFC 7323 2.2 and 2.3).
uint8_t window_shift_for(uint32_t buffer_max_bytes);

}  // namespace tapstack::transport::tcp
