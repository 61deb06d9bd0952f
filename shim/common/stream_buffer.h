// Send buffer of a stream's handle: what the program may write ahead of the core.
#pragma once

#include <algorithm>
#include <cstdint>

namespace tapstack::shim {

// The kernel doubles it; its default halves throughput (measured).
inline constexpr int kStreamHandleBuffer = 212'992;

// What the options of the socket make of it: SO_SNDBUF, as it is read back, bounds what lies on the
// handle as it does what lies in the core. With TCP_NOTSENT_LOWAT (bytes, 0: none) the handle holds
// a fraction of the mark only, so that poll() says "not writable" soon after the core's queue has
// reached it.
inline int handle_buffer_bytes(int64_t send_buffer, int64_t not_sent_low_water) {
  const int64_t bytes = std::min<int64_t>(send_buffer, kStreamHandleBuffer);
  if (not_sent_low_water == 0) return static_cast<int>(bytes);
  return static_cast<int>(std::min<int64_t>(not_sent_low_water / 4, bytes));
}

}  // namespace tapstack::shim
