// When an ACK goes out: at once, with the next segment, or after the delay of RFC 9293 3.8.6.3
// (SHLD-18, MUST-40: less than 500 ms). One ACK serves for all that came before it (3.10.7.4,
// MUST-58).
#pragma once

#include <cstdint>

#include "config.h"
#include "util/time.h"

namespace tapstack::transport::tcp {

class AckPolicy {
 public:
  // `advertised_mss`: the largest segment the peer may send.
  void start(uint32_t advertised_mss);

  // In-order text arrived. Sixteen segments at the start and after idleness are acknowledged at
  // once, so that the peer's slow start is not held up; then every second full segment
  // (SHLD-19, RFC 5681 4.2). A superframe of several segments is at least two.
  void on_text(uint32_t bytes, Instant now, bool want_quick);
  // Something demands an ACK without delay: a hole, a duplicate, a FIN, a challenge.
  void on_immediate() { is_now_ = true; }
  // The delay is over.
  void on_timeout() { is_now_ = true; }
  // A segment with an ACK goes out.
  void on_ack_sent();
  // Text goes out: the connection is interactive, its replies can carry the ACKs.
  void on_text_sent(Instant now);

  bool is_now() const { return is_now_; }
  bool is_pending() const { return is_now_ || !deadline_.is_never(); }
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
  bool is_now_ = false;
};

}  // namespace tapstack::transport::tcp
