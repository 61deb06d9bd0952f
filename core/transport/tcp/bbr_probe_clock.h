// BBR: when to probe for bandwidth again (draft-ietf-ccwg-bbr 5.3.3.5): after two to three seconds,
// or sooner where Reno would have come back to its window in fewer round trips.
#pragma once

#include <cstdint>

#include "util/time.h"

namespace tapstack::transport::tcp {

class BbrProbeClock {
 public:
  // A cycle begins. `random`: any number, which keeps the flows of a path from probing together.
  void start(Instant now, uint32_t random);
  void on_round() { ++rounds_; }
  // IsTimeToProbeBW(); `target_segments`: the volume aimed at (TargetInflight()).
  bool is_time(Instant now, uint32_t target_segments) const;

 private:
  Instant began_at_;  // BBR.cycle_stamp
  Duration wait_;     // BBR.bw_probe_wait
  uint32_t rounds_ = 0;
};

}  // namespace tapstack::transport::tcp
