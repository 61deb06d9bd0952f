// Instants of the stack's clock as the time of day, for files that outlive it: seconds since 1970.
#pragma once

#include <algorithm>
#include <cstdint>

#include "util/time.h"

namespace tapstack::app {

inline constexpr uint64_t kWallNever = UINT64_MAX;

// It is `wall_s` at `now`. What has passed already counts as now.
inline uint64_t wall_at(Instant t, Instant now, uint64_t wall_s) {
  if (t.is_never()) return kWallNever;
  return wall_s + static_cast<uint64_t>(std::max<int64_t>((t - now).ms() / 1000, 0));
}

// The other way round.
inline Instant instant_at(uint64_t t_s, Instant now, uint64_t wall_s) {
  constexpr uint64_t kFar = uint64_t{1} << 40;  // seconds: beyond that it is never
  if (t_s <= wall_s) return now;
  return t_s - wall_s > kFar ? Instant::never()
                             : now + Duration::s(static_cast<int64_t>(t_s - wall_s));
}

}  // namespace tapstack::app
