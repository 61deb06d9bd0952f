#include "transport/tcp/max_filter.h"

namespace tapstack::transport::tcp {

uint64_t MaxFilter::update(uint64_t value, uint32_t time, uint32_t window) {
  if (value >= best_[0].value || time - best_[2].time >= window) {
    reset(value, time);
    return value;
  }
  const Sample sample{value, time};
  if (value >= best_[1].value) {
    best_[1] = best_[2] = sample;
  } else if (value >= best_[2].value) {
    best_[2] = sample;
  }
  // What is too old makes way for the best since then.
  for (int i = 0; i < 2 && time - best_[0].time >= window; ++i) {
    best_[0] = best_[1];
    best_[1] = best_[2];
    best_[2] = sample;
  }
  // A part of the window without a sample of its own gets this one, so that there is a successor.
  const uint32_t age = time - best_[0].time;
  if (best_[1].time == best_[0].time && age > window / 4) {
    best_[1] = best_[2] = sample;
  } else if (best_[2].time == best_[1].time && age > window / 2) {
    best_[2] = sample;
  }
  return best_[0].value;
}

}  // namespace tapstack::transport::tcp
