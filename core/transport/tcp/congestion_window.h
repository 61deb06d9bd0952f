// What every congestion control steers: cwnd and ssthresh (RFC 5681 2).
#pragma once

#include <algorithm>
#include <cstdint>

namespace tapstack::transport::tcp {

// Why a window is reduced.
enum class Congested : uint8_t { kLoss, kEcn, kTimeout };

inline constexpr uint32_t kWindowMax = 1u << 30;  // RFC 7323 2.3: no window can be larger

struct CongestionWindow {
  uint32_t cwnd_bytes = 0;
  uint32_t ssthresh_bytes = 0;
  uint32_t mss_bytes = 0;  // text of a full segment (SMSS)

  bool is_slow_start() const { return cwnd_bytes < ssthresh_bytes; }
};

// A reduced window: whole segments, since a part of one is of no use (it may not be sent, but the
// window would wait for its ACK before it grows), at least two (RFC 5681 (4)).
constexpr uint32_t whole_segments(uint32_t bytes, uint32_t mss_bytes) {
  return std::max(bytes / mss_bytes, uint32_t{2}) * mss_bytes;
}

}  // namespace tapstack::transport::tcp
