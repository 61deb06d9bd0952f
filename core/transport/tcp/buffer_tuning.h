// How large the buffers of a connection grow by themselves.
#pragma once

#include <cstdint>

#include "util/time.h"

namespace tapstack::transport::tcp {

// Dynamic right-sizing of the receive buffer (Fisk and Feng, 2001): the limit becomes twice what
// the program consumes in a round trip, because a sender in slow start may double its rate in the
// next.
class ReceiveTuning {
 public:
  // A round trip as the receiver sees it (timestamps); the smallest counts, 1 ms at least.
  void on_round_trip(Duration rtt);
  // zero: none was measured.
  Duration round_trip() const { return is_measured_ ? rtt_ : Duration(); }
  // The program consumed `bytes`. Returns the new limit: `limit_bytes` or more; it grows to
  // `max_bytes` at most.
  uint32_t on_consumed(uint32_t bytes, uint32_t limit_bytes, uint32_t max_bytes, Instant now);

 private:
  Instant round_began_;
  Duration rtt_ = Duration::ms(10);  // until measured; small errs on the side of growing late
  uint32_t consumed_bytes_ = 0;      // in this round
  bool is_measured_ = false;
};

// Limit of the send queue that keeps a window of `cwnd_bytes` busy: one in flight, one queued
// behind it. At least `limit_bytes`; it grows to `max_bytes` at most.
uint32_t tuned_send_limit(uint32_t limit_bytes, uint32_t cwnd_bytes, uint32_t max_bytes);

}  // namespace tapstack::transport::tcp
