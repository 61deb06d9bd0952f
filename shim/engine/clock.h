// The engine's clock: microseconds of CLOCK_MONOTONIC, the clock of its timer as well.
#pragma once

#include <ctime>

#include "core/api/types.h"

namespace tapstack::shim {

inline Instant clock_now() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return Instant::from_us(t.tv_sec * 1'000'000LL + t.tv_nsec / 1000);
}

// CLOCK_REALTIME, ns, at `then`, which was `now - then` ago.
inline int64_t realtime_of(Instant then, Instant now) {
  timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return t.tv_sec * 1'000'000'000LL + t.tv_nsec - (now - then).us() * 1000;
}

}  // namespace tapstack::shim
