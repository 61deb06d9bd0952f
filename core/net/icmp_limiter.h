// Rate limit of the ICMP errors that we send: a token bucket (RFC 1812 4.3.2.8, RFC 4443 2.4 (f)).
#pragma once

#include <cstdint>

#include "config.h"
#include "util/time.h"

namespace tapstack::net {

class IcmpLimiter {
 public:
  // Whether one more error may go out at `now`; takes the token if so.
  bool take(Instant now);

 private:
  // A token is as many units as there are microseconds in a second, so that a microsecond brings
  // kConfig.icmp_errors_per_second units, without rounding.
  static constexpr int64_t kUnitsPerToken = 1'000'000;
  static constexpr int64_t kUnitsMax = kUnitsPerToken * kConfig.icmp_errors_burst;

  int64_t units_ = kUnitsMax;
  Instant refilled_at_;
};

}  // namespace tapstack::net
