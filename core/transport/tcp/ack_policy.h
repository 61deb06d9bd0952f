// When an ACK goes out: at once, with the next segment, or after the delay of RFC 9293 3.8.6.3
// (SHLD-18, MUST-40: less than 500 ms). One ACK serves for all that came before it (3.10.7.4,
// MUST-58).
//
// Linux's rules: quick at the start, after idleness and after disorder, unless the connection is
// interactive, that is, it answers what it receives (Linux calls that ping-pong mode).
#pragma once

#include <cstdint>

#include "config.h"
#include "util/time.h"

namespace tapstack::transport::tcp {

class AckPolicy {
 public:
  // `advertised_mss`: the largest segment the peer may send.
  void start(uint32_t advertised_mss, bool is_interactive);

  // In-order text arrived. Sixteen segments at the start and after idleness are acknowledged at
  // once, so that the peer's slow start is not held up; then whatever is more than one full
  // segment (SHLD-19, RFC 5681 4.2). A superframe of several segments is.
  void on_text(uint32_t bytes, Instant now);
  // Something demands an ACK without delay: a hole, a FIN, a challenge.
  void on_immediate() { is_now_ = true; }
  // Text came again: the peer did not hear of it in time, so it hears at once from now on.
  void on_duplicate();
  // The delay is over: nothing was answered meanwhile.
  void on_timeout();
  // A segment with an ACK goes out.
  void on_ack_sent();
  // Text goes out: soon after some was received it is an answer, and answers can carry the ACKs.
  void on_text_sent(Instant now);
  // The ACK of a SYN-ACK waits for text to go with, 200 ms at most.
  void delay_handshake(Instant now);
  // TCP_QUICKACK: leaves interactive mode, or enters it, until the traffic changes that again.
  void set_quick(bool is_quick);

  bool is_now() const { return is_now_; }
  bool is_pending() const { return is_now_ || !deadline_.is_never(); }
  bool is_interactive() const { return is_interactive_; }
  // When the delay ends; never() while none is running.
  Instant deadline() const { return is_now_ ? Instant::never() : deadline_; }
  // Estimate of the peer's full segment.
  uint32_t segment_bytes() const { return segment_bytes_; }

 private:
  Instant deadline_ = Instant::never();
  Instant last_text_at_;
  uint32_t advertised_mss_ = kConfig.tcp_mss_default_bytes;
  uint32_t segment_bytes_ = kConfig.tcp_mss_default_bytes;
  uint32_t unacked_bytes_ = 0;
  uint8_t quick_left_ = 0;
  bool has_received_ = false;
  bool is_interactive_ = false;
  bool is_now_ = false;
};

}  // namespace tapstack::transport::tcp
