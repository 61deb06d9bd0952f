// All deadlines of a stack in one structure. No periodic ticks: next_deadline() is exact, and an
// idle stack has none.
#pragma once

#include "timer/deadline_heap.h"
#include "timer/timer_id.h"
#include "util/time.h"

namespace tapstack::timer {

// See DeadlineHeap for the costs. Trivially copyable; construction touches none of the per-timer
// storage.
class Timers {
 public:
  Timers() {}  // user-provided: value-initialisation must not zero the storage

  // Sets the timer's deadline, armed or not; one in the past is due at once. Instant::never()
  // disarms.
  void arm(TimerId id, Instant deadline) { heap_.arm(id.value, deadline); }
  void disarm(TimerId id) { heap_.disarm(id.value); }  // no effect when not armed
  bool is_armed(TimerId id) const { return heap_.is_armed(id.value); }
  // never() when not armed.
  Instant deadline(TimerId id) const { return heap_.deadline(id.value); }
  // The earliest deadline; never() when no timer is armed.
  Instant next_deadline() const { return heap_.next_deadline(); }
  // Disarms and names the earliest timer whose deadline is not after `now`, of equal ones the one
  // armed first; false when there is none. Call it until it says false at every poll of the stack.
  bool pop_due(Instant now, TimerId& id) {
    const size_t number = heap_.pop_due(now);
    if (number == kTimers) return false;
    id.value = static_cast<uint32_t>(number);
    return true;
  }
  size_t armed() const { return heap_.armed(); }

 private:
  DeadlineHeap<kTimers> heap_;
};

}  // namespace tapstack::timer
