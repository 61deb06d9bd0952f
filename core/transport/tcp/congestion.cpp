#include "transport/tcp/congestion.h"

#include <algorithm>

#include "transport/tcp/new_reno.h"

namespace tapstack::transport::tcp {

uint32_t Congestion::initial_window_bytes() const {
  // RFC 6928 (1): the smaller of 10 segments and max(2 segments, 14600 bytes).
  const uint32_t segments = kConfig.tcp_initial_window_segments * window_.mss_bytes;
  return std::min(segments, std::max(2 * window_.mss_bytes, uint32_t{14'600}));
}

void Congestion::start(CongestionAlgorithm algorithm, uint32_t mss_bytes,
                       bool handshake_retransmitted) {
  window_.mss_bytes = mss_bytes;
  window_.ssthresh_bytes = kWindowMax;  // RFC 5681 3.1: arbitrarily high
  window_.cwnd_bytes = handshake_retransmitted ? mss_bytes : initial_window_bytes();
  use_.start();
  undo_ = Undo{};
  change_algorithm(algorithm);
}

void Congestion::change_algorithm(CongestionAlgorithm algorithm) {
  algorithm_ = algorithm;
  acked_bytes_ = 0;
}

void Congestion::on_ack(const AckSample& sample) {
  if (sample.is_in_recovery || !use_.may_grow(window_)) return;
  grow(sample.delivered_bytes);
}

void Congestion::grow(uint32_t acked) {
  if (is_slow_start()) {
    // RFC 5681 (2) recommends at most SMSS an ACK. Peers acknowledge a 64 KiB superframe with one
    // ACK (GRO), so bytes are counted instead, as Linux does; what goes past ssthresh counts for
    // congestion avoidance.
    const uint32_t grown = std::min(acked, window_.ssthresh_bytes - window_.cwnd_bytes);
    window_.cwnd_bytes += grown;
    acked -= grown;
  }
  if (acked > 0) window_.cwnd_bytes = new_reno::grow(window_, acked, acked_bytes_);
  window_.cwnd_bytes = std::min(window_.cwnd_bytes, kWindowMax);
}

void Congestion::remember() { undo_ = {window_.cwnd_bytes, window_.ssthresh_bytes}; }

uint32_t Congestion::reduced(bool for_ecn) const {
  const uint32_t base = window_.cwnd_bytes;
  return for_ecn ? new_reno::ssthresh_after_ecn(base, window_.mss_bytes)
                 : new_reno::ssthresh_after_loss(base, window_.mss_bytes);
}

void Congestion::on_lost(const LossSample&) {}

void Congestion::on_loss(Instant) {
  remember();
  window_.ssthresh_bytes = reduced(false);
  window_.cwnd_bytes = window_.ssthresh_bytes;
  acked_bytes_ = 0;
}

void Congestion::on_ecn(Instant) {
  remember();
  window_.ssthresh_bytes = reduced(true);
  window_.cwnd_bytes = window_.ssthresh_bytes;
  acked_bytes_ = 0;
}

void Congestion::on_timeout(Instant, bool again) {
  if (!again) {
    remember();
    window_.ssthresh_bytes = reduced(false);
  }
  window_.cwnd_bytes = window_.mss_bytes;  // RFC 5681 3.1: the loss window is one segment
  acked_bytes_ = 0;
}

void Congestion::on_recovery_window(uint32_t cwnd_bytes) {
  window_.cwnd_bytes = std::clamp(cwnd_bytes, window_.mss_bytes, kWindowMax);
}

void Congestion::on_recovered(uint32_t cwnd_max_bytes) {
  window_.cwnd_bytes = std::min(window_.ssthresh_bytes, cwnd_max_bytes);
}

void Congestion::on_undo() {
  if (undo_.cwnd_bytes == 0) return;
  window_.cwnd_bytes = std::max(window_.cwnd_bytes, undo_.cwnd_bytes);
  window_.ssthresh_bytes = std::max(window_.ssthresh_bytes, undo_.ssthresh_bytes);
  undo_ = Undo{};
}

// As Linux's tcp_cwnd_restart: half for each RTO of idleness down to the restart window, which
// RFC 5681 4.1 would fall to at once (RFC 7661 4.4.2 has the decay). What was reached is kept as
// ssthresh (RFC 7661 4.4.2).
void Congestion::on_restart(Instant now, Instant last_sent_at, Duration rto) {
  Duration idle = now - last_sent_at;
  if (idle <= rto) return;
  const uint32_t floor = std::min(initial_window_bytes(), window_.cwnd_bytes);
  window_.ssthresh_bytes = std::max(window_.ssthresh_bytes, window_.cwnd_bytes / 4 * 3);
  for (idle = idle - rto; idle > Duration() && window_.cwnd_bytes > floor; idle = idle - rto) {
    window_.cwnd_bytes /= 2;
  }
  window_.cwnd_bytes = std::max(window_.cwnd_bytes, floor);
  use_.on_restart(now);
}

void Congestion::on_output_end(const OutputSample& sample) {
  const uint32_t cwnd = use_.on_output_end(sample, window_, initial_window_bytes());
  if (cwnd == window_.cwnd_bytes) return;
  // RFC 7661 4.4.2: what was reached is worth a slow start back to it.
  window_.ssthresh_bytes = std::max(window_.ssthresh_bytes, window_.cwnd_bytes / 4 * 3);
  window_.cwnd_bytes = cwnd;
}

uint64_t Congestion::pacing_bytes_per_s() const {
  return pacing_max_bytes_per_s_ == kUnlimitedRate ? 0 : pacing_max_bytes_per_s_;
}

// What the rate sends in a millisecond, at least two segments, at most a superframe
// (draft-ietf-ccwg-bbr 5.6.3).
uint32_t Congestion::send_quantum_bytes() const {
  const uint64_t rate = pacing_bytes_per_s();
  if (rate == 0) return kWindowMax;
  const uint64_t most = std::max<uint64_t>(65'535, 2 * window_.mss_bytes);
  return static_cast<uint32_t>(std::clamp<uint64_t>(rate / 1000, 2 * window_.mss_bytes, most));
}

}  // namespace tapstack::transport::tcp
