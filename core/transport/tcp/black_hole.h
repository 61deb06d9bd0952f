// Packets of the present size vanish on the way and no ICMP message says so (RFC 2923 2.1).
// Time-outs in a row show it, then segments are made smaller: RFC 4821 7.7.
#pragma once

#include <cstdint>

#include "util/time.h"

namespace tapstack::transport::tcp {

class BlackHole {
 public:
  // The retransmission timer fired for the `timeouts`th time in a row, for a segment of
  // `text_bytes`. True when mss_max_bytes() is less now. That the peer has gone looks the same, and
  // smaller segments do no harm there.
  bool on_timeout(uint32_t timeouts, uint32_t text_bytes, Instant now);
  // RFC 8899 5.1.1, PMTU_RAISE_TIMER: the path's own size is to be tried again.
  bool is_over(Instant now) const { return now >= over_at_; }
  void clear() { *this = BlackHole(); }
  // Text and options of a segment; the largest number when there is no black hole.
  uint16_t mss_max_bytes() const { return mss_max_bytes_; }

 private:
  Instant over_at_ = Instant::never();
  uint16_t mss_max_bytes_ = UINT16_MAX;
};

}  // namespace tapstack::transport::tcp
