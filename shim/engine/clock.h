// The engine's clock: microseconds of CLOCK_MONOTONIC, the clock of its timer as well.
#pragma once

#include <atomic>
#include <ctime>

#include "core/api/types.h"

namespace tapstack::shim {

inline Instant clock_now() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return Instant::from_us(t.tv_sec * 1'000'000LL + t.tv_nsec / 1000);
}

inline int64_t clock_ns(clockid_t clock) {
  timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec * 1'000'000'000LL + t.tv_nsec;
}

// What CLOCK_REALTIME is ahead of CLOCK_MONOTONIC, in ns. Both run at one speed, so it is measured
// once, and again after a step of the clock: what happened later is always told to be later.
class RealtimeOffset {
 public:
  static int64_t ns() {
    const int64_t before = clock_ns(CLOCK_MONOTONIC);
    const int64_t realtime = clock_ns(CLOCK_REALTIME);
    const int64_t after = clock_ns(CLOCK_MONOTONIC);
    const int64_t known = known_ns.load(std::memory_order_relaxed);
    // Between these it is, whenever the thread was interrupted.
    if (known >= realtime - after - kStepNs && known <= realtime - before + kStepNs) return known;
    known_ns.store(realtime - after, std::memory_order_relaxed);
    return realtime - after;
  }

 private:
  static constexpr int64_t kStepNs = 1'000;
  static inline constinit std::atomic<int64_t> known_ns{0};
};

// CLOCK_REALTIME, ns, at `then`.
inline int64_t realtime_of(Instant then) { return then.us() * 1000 + RealtimeOffset::ns(); }

}  // namespace tapstack::shim
