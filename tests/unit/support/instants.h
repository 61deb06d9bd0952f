// Instants for tests, from the beginning of time.
#pragma once

#include <cstdint>

#include "util/time.h"

namespace tapstack::test {

inline Instant at_ms(int64_t ms) { return Instant::from_us(ms * 1000); }

}  // namespace tapstack::test
