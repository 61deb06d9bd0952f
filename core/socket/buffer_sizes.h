// SO_RCVBUF and SO_SNDBUF as Linux treats them: a program asks for n bytes of payload, is granted
// twice as many for payload and what holds it, and reads back the double.
#pragma once

#include <algorithm>
#include <cstdint>

#include "config.h"

namespace tapstack::socket {

// What Linux grants at least (SOCK_MIN_RCVBUF, SOCK_MIN_SNDBUF on 64-bit machines).
inline constexpr uint32_t kReceiveBufferMin = 2304;
inline constexpr uint32_t kSendBufferMin = 4608;

// Bytes granted to a program that asks for `value`, in [min, 2 * kConfig.buffer_max_bytes]. Linux
// takes a negative one for a large one (min_t(u32, ...) in sock_setsockopt).
constexpr uint32_t granted_buffer_bytes(int64_t value, uint32_t min) {
  const int64_t asked = value < 0 ? int64_t{kConfig.buffer_max_bytes}
                                  : std::min<int64_t>(value, kConfig.buffer_max_bytes);
  return static_cast<uint32_t>(std::max<int64_t>(2 * asked, min));
}

}  // namespace tapstack::socket
