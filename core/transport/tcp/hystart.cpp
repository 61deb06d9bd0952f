#include "transport/tcp/hystart.h"

#include <algorithm>

namespace tapstack::transport::tcp {
namespace {

// RFC 9406 4.3.
constexpr uint32_t kMinRttThreshUs = 4'000;
constexpr uint32_t kMaxRttThreshUs = 16'000;
constexpr uint32_t kMinRttDivisor = 8;
constexpr uint8_t kSamples = 8;  // N_RTT_SAMPLE
constexpr uint8_t kCssRounds = 5;

}  // namespace

// RFC 9406 4.2, in its order.
HyStart::Growth HyStart::on_ack(SeqNumber una, SeqNumber nxt, Duration rtt) {
  if (!has_round_) start_round(nxt);
  if (rtt >= Duration()) {
    const auto us = static_cast<uint32_t>(std::min<int64_t>(rtt.us(), kNone - 1));
    current_min_us_ = std::min(current_min_us_, us);
    if (samples_ < kSamples) ++samples_;
  }
  if (samples_ >= kSamples) {
    if (baseline_us_ == kNone) {
      if (has_risen()) {
        baseline_us_ = current_min_us_;
        css_rounds_ = 0;
      }
    } else if (current_min_us_ < baseline_us_) {  // it was noise: slow start goes on
      baseline_us_ = kNone;
    }
  }
  if (una.at_or_after(window_end_)) {
    // "If the transition into CSS happens in the middle of a round, that partial round counts".
    if (baseline_us_ != kNone && ++css_rounds_ >= kCssRounds) return Growth::kDone;
    start_round(nxt);
  }
  return baseline_us_ == kNone ? Growth::kFull : Growth::kConservative;
}

void HyStart::start_round(SeqNumber nxt) {
  has_round_ = true;
  window_end_ = nxt;
  last_min_us_ = current_min_us_;
  current_min_us_ = kNone;
  samples_ = 0;
}

bool HyStart::has_risen() const {
  if (last_min_us_ == kNone) return false;
  const uint32_t thresh =
      std::clamp(last_min_us_ / kMinRttDivisor, kMinRttThreshUs, kMaxRttThreshUs);
  return current_min_us_ >= last_min_us_ + thresh;
}

}  // namespace tapstack::transport::tcp
