// All deadlines of a stack in one structure. No periodic ticks: next_deadline() is exact, and an
// idle stack has none.
#pragma once

#include "timer/timer_id.h"
#include "timer/wheel.h"
#include "util/time.h"

namespace tapstack::timer {

// See Wheel for the costs. Trivially copyable; construction touches none of the per-timer storage.
class Timers {
 public:
  Timers() {}  // user-provided: value-initialisation must not zero the storage

  // Sets the timer's deadline, armed or not. Instant::never() disarms. A deadline before what
  // pop_due has reached already counts as that instant: due at once, behind those that were armed
  // before.
  void arm(TimerId id, Instant deadline) { wheel_.arm(id.value, deadline); }
  void disarm(TimerId id) { wheel_.disarm(id.value); }  // no effect when not armed
  bool is_armed(TimerId id) const { return wheel_.is_armed(id.value); }
  // never() when not armed.
  Instant deadline(TimerId id) const { return wheel_.deadline(id.value); }
  // The earliest deadline; never() when no timer is armed.
  Instant next_deadline() const { return wheel_.next_deadline(); }
  // Disarms and names the earliest timer whose deadline is not after `now`, of equal ones the one
  // armed first; false when there is none. Call it until it says false at every poll of the stack:
  // `now` is also how the wheel learns the time. `now` going back has no effect.
  bool pop_due(Instant now, TimerId& id) {
    const size_t number = wheel_.pop_due(now);
    if (number == kTimers) return false;
    id.value = static_cast<uint32_t>(number);
    return true;
  }
  size_t armed() const { return wheel_.armed(); }

 private:
  // With few timers a small wheel will do, which must not cost more than they.
  static constexpr bool kIsSmall = kTimers <= 96;
  static constexpr unsigned kSlotBits = kIsSmall ? 3 : 6;
  static constexpr unsigned kLevels =
      kIsSmall ? 8 : 7;  // reach 16 seconds or 50 days; then overflow

  Wheel<kTimers, kSlotBits, kLevels> wheel_;
};

}  // namespace tapstack::timer
