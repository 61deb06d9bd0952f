// What an embedder supplies: a clock.
#pragma once

#include <concepts>

#include "util/time.h"

namespace tapstack::port {

// now(): monotonic, never going back, microseconds (coarser is possible: retransmission timers then
// become as coarse). Its zero is free. Called from the thread that drives the stack only.
template <class T>
concept Clock = requires(T clock) {
  { clock.now() } -> std::same_as<Instant>;
};

}  // namespace tapstack::port
