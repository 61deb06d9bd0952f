#include "transport/tcp/congestion.h"

#include <algorithm>

#include "transport/tcp/new_reno.h"

namespace tapstack::transport::tcp {
namespace {

constexpr uint32_t kWindowMax = 1u << 30;  // RFC 7323 2.3: no window can be larger

}  // namespace

uint32_t Congestion::initial_window_bytes() const {
  // RFC 6928 (1): the smaller of 10 segments and max(2 segments, 14600 bytes).
  const uint32_t segments = kConfig.tcp_initial_window_segments * mss_bytes_;
  return std::min(segments, std::max(2 * mss_bytes_, uint32_t{14'600}));
}

void Congestion::start(CongestionAlgorithm algorithm, uint32_t mss_bytes,
                       bool handshake_retransmitted) {
  algorithm_ = algorithm;
  mss_bytes_ = mss_bytes;
  acked_bytes_ = 0;
  ssthresh_bytes_ = kWindowMax;  // RFC 5681 3.1: arbitrarily high
  cwnd_bytes_ = handshake_retransmitted ? mss_bytes : initial_window_bytes();
}

void Congestion::on_ack(const AckSample& sample) {
  // RFC 7661 4.3, RFC 5681 3.1: a window that was not in use says nothing about the path.
  const bool half_used = sample.flight_bytes >= cwnd_bytes_ / 2;
  if (!sample.was_cwnd_limited && !(is_slow_start() && half_used)) return;
  uint32_t acked = sample.acked_bytes;
  if (is_slow_start()) {
    // RFC 5681 (2) recommends at most SMSS an ACK. Peers acknowledge a 64 KiB superframe with one
    // ACK (GRO), so bytes are counted instead, as Linux does; what goes past ssthresh counts for
    // congestion avoidance.
    const uint32_t grown = std::min(acked, ssthresh_bytes_ - cwnd_bytes_);
    cwnd_bytes_ += grown;
    acked -= grown;
  }
  if (acked > 0) cwnd_bytes_ = new_reno::grow(cwnd_bytes_, mss_bytes_, acked, acked_bytes_);
  cwnd_bytes_ = std::min(cwnd_bytes_, kWindowMax);
}

void Congestion::on_loss(uint32_t flight_bytes) {
  ssthresh_bytes_ = new_reno::ssthresh_after_loss(flight_bytes, mss_bytes_);
  cwnd_bytes_ = ssthresh_bytes_;
  acked_bytes_ = 0;
}

void Congestion::on_timeout(uint32_t flight_bytes, bool again) {
  if (!again) ssthresh_bytes_ = new_reno::ssthresh_after_loss(flight_bytes, mss_bytes_);
  cwnd_bytes_ = mss_bytes_;  // RFC 5681 3.1: the loss window is one segment
  acked_bytes_ = 0;
}

void Congestion::on_recovered(uint32_t flight_bytes) {
  cwnd_bytes_ = std::min(ssthresh_bytes_, std::max(flight_bytes, mss_bytes_) + mss_bytes_);
}

void Congestion::on_idle() { cwnd_bytes_ = std::min(cwnd_bytes_, initial_window_bytes()); }

}  // namespace tapstack::transport::tcp
