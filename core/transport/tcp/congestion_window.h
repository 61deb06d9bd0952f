// What every congestion control steers: cwnd and ssthresh (RFC 5681 2).
#pragma once

#include <cstdint>

namespace tapstack::transport::tcp {

inline constexpr uint32_t kWindowMax = 1u << 30;  // RFC 7323 2.3: no window can be larger

struct CongestionWindow {
  uint32_t cwnd_bytes = 0;
  uint32_t ssthresh_bytes = 0;
  uint32_t mss_bytes = 0;  // text of a full segment (SMSS)

  bool is_slow_start() const { return cwnd_bytes < ssthresh_bytes; }
};

}  // namespace tapstack::transport::tcp
