#include "net/icmp_limiter.h"

namespace tapstack::net {

bool IcmpLimiter::take(Instant now) {
  constexpr int64_t kRate = kConfig.icmp_errors_per_second;
  const int64_t elapsed_us = (now - refilled_at_).us();
  if (elapsed_us > 0) {
    const int64_t us_to_full = (kUnitsMax - units_) / kRate + 1;
    units_ = elapsed_us >= us_to_full ? kUnitsMax : units_ + elapsed_us * kRate;
    refilled_at_ = now;
  }
  if (units_ < kUnitsPerToken) return false;
  units_ -= kUnitsPerToken;
  return true;
}

}  // namespace tapstack::net
