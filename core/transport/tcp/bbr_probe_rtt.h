// BBR: how long ProbeRTT lasts (draft-ietf-ccwg-bbr 5.3.4.3): 200 ms and a round from when little
// enough is in flight.
#pragma once

#include <cstdint>

#include "util/time.h"

namespace tapstack::transport::tcp {

class BbrProbeRtt {
 public:
  enum class Step : uint8_t { kNone, kBegun, kOver };

  void start() { *this = BbrProbeRtt{}; }
  // An ACK. `is_low`: no more is in flight than ProbeRTT allows. kBegun: the time runs from here,
  // and a round begins.
  Step on_ack(Instant now, bool is_low, bool is_round_start);
  bool is_over(Instant now) const { return is_timed_ && now > done_at_; }

 private:
  Instant done_at_;  // BBR.probe_rtt_done_stamp
  bool is_timed_ = false;
  bool is_round_done_ = false;
};

}  // namespace tapstack::transport::tcp
