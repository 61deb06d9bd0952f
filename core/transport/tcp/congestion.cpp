#include "transport/tcp/congestion.h"

#include <algorithm>

#include "transport/tcp/new_reno.h"
#include "transport/tcp/pacing.h"

namespace tapstack::transport::tcp {

uint32_t Congestion::initial_window_bytes() const {
  // RFC 6928 2 (1): the smaller of 10 segments and max(2 segments, 14600 bytes).
  const uint32_t segments = kConfig.tcp_initial_window_segments * window_.mss_bytes;
  return std::min(segments, std::max(2 * window_.mss_bytes, uint32_t{14'600}));
}

void Congestion::start(CongestionAlgorithm algorithm, uint32_t mss_bytes,
                       bool handshake_retransmitted) {
  window_.mss_bytes = mss_bytes;
  window_.ssthresh_bytes = kWindowMax;  // RFC 5681 3.1: arbitrarily high
  window_.cwnd_bytes = handshake_retransmitted ? mss_bytes : initial_window_bytes();
  use_.start();
  change_algorithm(algorithm);
}

void Congestion::change_algorithm(CongestionAlgorithm algorithm) {
  algorithm_ = algorithm;
  state_ = State();
  if (is_cubic()) state_ = State(CubicState{});
  if (is_bbr()) {
    state_ = State(BbrIfAny{});
    state_.bbr.start(window_);
  }
  undo_ = Undo{};
}

void Congestion::on_ack(const AckSample& sample) {
  if (is_bbr()) {
    window_.cwnd_bytes = state_.bbr.on_ack(sample, window_, use_.is_limited());
    return;
  }
  // RFC 5681 3.1 and 3.2: it grows by what is acknowledged in order, not by what a duplicate ACK
  // reports; the first two tell of a loss as likely as of growth (Linux's tcp_may_raise_cwnd).
  if (sample.acked_bytes == 0) return;
  if (sample.is_in_recovery || !use_.may_grow(window_)) {
    if (is_cubic()) state_.cubic.cubic.on_pause(sample.now);
    return;
  }
  const uint32_t left = is_slow_start() ? slow_start(sample) : sample.delivered_bytes;
  if (left > 0) avoid_congestion(sample, left);
  window_.cwnd_bytes = std::min(window_.cwnd_bytes, kWindowMax);
}

// RFC 5681 (2) recommends at most SMSS an ACK, RFC 9406 4.2 8 SMSS unless paced. Peers acknowledge
// a 64 KiB superframe with one ACK (GRO): with either limit the window would grow by a fifth a
// round trip instead of doubling. The limits are to bound the burst that an ACK releases; here the
// ACK itself releases a superframe, which growth at most doubles. So all bytes count, as in Linux.
uint32_t Congestion::slow_start(const AckSample& sample) {
  uint32_t acked = sample.delivered_bytes;
  // RFC 9406 4.3: only in the first slow start, while ssthresh is arbitrarily high.
  const bool is_first = window_.ssthresh_bytes == kWindowMax && !sample.is_loss_recovery;
  if (is_cubic() && is_first) {
    const HyStart::Growth growth = state_.cubic.hystart.on_ack(sample.una, sample.nxt, sample.rtt);
    if (growth == HyStart::Growth::kDone) {
      window_.ssthresh_bytes = window_.cwnd_bytes;
      return acked;
    }
    if (growth == HyStart::Growth::kConservative) acked /= HyStart::kConservativeDivisor;
  }
  const uint32_t grown = std::min(acked, window_.ssthresh_bytes - window_.cwnd_bytes);
  window_.cwnd_bytes += grown;
  return acked - grown;  // what goes past ssthresh counts for congestion avoidance
}

void Congestion::avoid_congestion(const AckSample& sample, uint32_t acked_bytes) {
  window_.cwnd_bytes = is_cubic()
                           ? state_.cubic.cubic.grow(window_, acked_bytes, sample.now, sample.srtt)
                           : new_reno::grow(window_, acked_bytes, state_.reno.counted_bytes);
}

void Congestion::reduce(Congested by) {
  undo_ = {window_.cwnd_bytes, window_.ssthresh_bytes};
  if (is_cubic()) {
    window_.ssthresh_bytes = state_.cubic.cubic.reduce(window_, by);
    return;
  }
  state_.reno.counted_bytes = 0;
  window_.ssthresh_bytes =
      by == Congested::kEcn ? new_reno::ssthresh_after_ecn(window_.cwnd_bytes, window_.mss_bytes)
                            : new_reno::ssthresh_after_loss(window_.cwnd_bytes, window_.mss_bytes);
}

void Congestion::on_lost(const LossSample& sample) {
  if (is_bbr()) state_.bbr.on_lost(sample, window_);
}

void Congestion::on_loss(Instant) {
  if (is_bbr()) return state_.bbr.on_recovery(window_);
  reduce(Congested::kLoss);
  window_.cwnd_bytes = window_.ssthresh_bytes;
}

void Congestion::on_ecn(Instant) {
  if (is_bbr()) return state_.bbr.on_ecn(window_);
  reduce(Congested::kEcn);
  window_.cwnd_bytes = window_.ssthresh_bytes;
}

void Congestion::on_timeout(Instant, bool again) {
  if (is_bbr()) {
    state_.bbr.on_recovery(window_);
  } else if (!again) {
    reduce(Congested::kTimeout);
  }
  // RFC 5681 3.1, RFC 9438 4.8: the loss window is one segment; a CUBIC epoch begins anew.
  window_.cwnd_bytes = window_.mss_bytes;
}

void Congestion::on_recovery_window(uint32_t cwnd_bytes) {
  window_.cwnd_bytes = std::clamp(cwnd_bytes, window_.mss_bytes, kWindowMax);
}

void Congestion::on_recovered(uint32_t cwnd_max_bytes) {
  if (is_bbr()) return;  // its next ACK restores the window
  window_.cwnd_bytes = std::min(window_.ssthresh_bytes, cwnd_max_bytes);
}

void Congestion::on_undo() {
  if (is_bbr()) {
    window_.cwnd_bytes = state_.bbr.on_undo(window_);
    return;
  }
  if (undo_.cwnd_bytes == 0) return;
  window_.cwnd_bytes = std::max(window_.cwnd_bytes, undo_.cwnd_bytes);
  window_.ssthresh_bytes = std::max(window_.ssthresh_bytes, undo_.ssthresh_bytes);
  undo_ = Undo{};
  if (is_cubic()) state_.cubic.cubic.undo();
}

// As Linux's tcp_cwnd_restart: half for each RTO of idleness down to the restart window, which
// RFC 5681 4.1 would fall to at once (RFC 7661 4.4.2 has the decay). What was reached is kept as
// ssthresh (RFC 7661 4.4.2).
void Congestion::on_restart(Instant now, Instant last_sent_at, Duration rto) {
  if (is_bbr()) {
    window_.cwnd_bytes = state_.bbr.on_restart(now, window_);
    return;
  }
  if (is_cubic()) state_.cubic.cubic.on_pause(now);
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
  if (cwnd == window_.cwnd_bytes || is_bbr()) return;  // a model, not the window, is what BBR keeps
  // RFC 7661 4.4.2: what was reached is worth a slow start back to it.
  window_.ssthresh_bytes = std::max(window_.ssthresh_bytes, window_.cwnd_bytes / 4 * 3);
  window_.cwnd_bytes = cwnd;
}

uint64_t Congestion::pacing_bytes_per_s() const {
  const uint64_t rate = is_bbr() ? state_.bbr.pacing_bytes_per_s() : kUnlimitedRate;
  const uint64_t limited = std::min(rate, pacing_max_bytes_per_s_);
  return limited == kUnlimitedRate ? 0 : limited;
}

uint32_t Congestion::send_quantum_bytes() const {
  const uint64_t rate = pacing_bytes_per_s();
  return rate == 0 ? kWindowMax : tcp::send_quantum_bytes(rate, window_.mss_bytes);
}

}  // namespace tapstack::transport::tcp
