// The maximum of what was seen within a window of time, in constant space: the best three samples
// of three parts of the window (Kathleen Nichols' algorithm, as draft-ietf-ccwg-bbr 5.5.5
// suggests). Time is any count that rises: rounds, cycles, milliseconds.
#pragma once

#include <array>
#include <cstdint>

namespace tapstack::transport::tcp {

class MaxFilter {
 public:
  // Takes `value` at `time`; what is `window` or older is forgotten. Answers the maximum.
  uint64_t update(uint64_t value, uint32_t time, uint32_t window);
  void reset(uint64_t value, uint32_t time) { best_.fill({value, time}); }
  uint64_t max() const { return best_[0].value; }

 private:
  struct Sample {
    uint64_t value = 0;
    uint32_t time = 0;
  };
  // Falling values, rising times: [1] is the best since [0], [2] the best since [1].
  std::array<Sample, 3> best_;
};

}  // namespace tapstack::transport::tcp
