// NewReno's answers to congestion (RFC 5681 3.1, RFC 3465): pure functions of what is handed in.
#pragma once

#include <algorithm>
#include <cstdint>

namespace tapstack::transport::tcp::new_reno {

// ssthresh after a loss: RFC 5681 (4), max(FlightSize / 2, 2 * SMSS).
constexpr uint32_t ssthresh_after_loss(uint32_t flight_bytes, uint32_t mss_bytes) {
  return std::max(flight_bytes / 2, 2 * mss_bytes);
}

// cwnd after `acked_bytes` were acknowledged in congestion avoidance: one segment for each full
// window of acknowledged bytes. `counted_bytes` carries the rest over (RFC 3465 2.1).
constexpr uint32_t grow(uint32_t cwnd_bytes, uint32_t mss_bytes, uint32_t acked_bytes,
                        uint32_t& counted_bytes) {
  counted_bytes += acked_bytes;
  while (counted_bytes >= cwnd_bytes) {
    counted_bytes -= cwnd_bytes;
    cwnd_bytes += mss_bytes;
  }
  return cwnd_bytes;
}

}  // namespace tapstack::transport::tcp::new_reno
