// NewReno's answers to congestion (RFC 5681 3.1, RFC 3465, RFC 8511): pure functions of what is
// handed in.
#pragma once

#include <algorithm>
#include <cstdint>

#include "transport/tcp/congestion_window.h"

namespace tapstack::transport::tcp::new_reno {

// ssthresh after a loss, of a window of `bytes`: RFC 5681 (4), half.
constexpr uint32_t ssthresh_after_loss(uint32_t bytes, uint32_t mss_bytes) {
  return whole_segments(bytes / 2, mss_bytes);
}

// After an ECN mark, which a short queue gives: RFC 8511 4.1, beta_ecn = 0.8.
constexpr uint32_t ssthresh_after_ecn(uint32_t bytes, uint32_t mss_bytes) {
  return whole_segments(bytes / 5 * 4, mss_bytes);
}

// cwnd after `acked_bytes` were acknowledged in congestion avoidance: one segment for each full
// window of acknowledged bytes. `counted_bytes` carries the rest over (RFC 3465 2.1).
constexpr uint32_t grow(const CongestionWindow& w, uint32_t acked_bytes, uint32_t& counted_bytes) {
  uint32_t cwnd_bytes = w.cwnd_bytes;
  counted_bytes += acked_bytes;
  while (counted_bytes >= cwnd_bytes) {
    counted_bytes -= cwnd_bytes;
    cwnd_bytes += w.mss_bytes;
  }
  return cwnd_bytes;
}

}  // namespace tapstack::transport::tcp::new_reno
