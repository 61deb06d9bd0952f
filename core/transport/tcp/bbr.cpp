#include "transport/tcp/bbr.h"

#include <algorithm>

namespace tapstack::transport::tcp {
namespace {

constexpr uint32_t kExtraAckedRounds = 10;  // BBR.ExtraAckedFilterLen
constexpr uint32_t kDrainRoundsMax = 3;

}  // namespace

void Bbr::start(const CongestionWindow& w) {
  *this = Bbr{};
  initial_cwnd_bytes_ = w.cwnd_bytes;
  init_pacing_rate(Duration::ms(1));
}

// OnInit() is at the first ACK: nothing of it needs the time before.
void Bbr::begin(Instant now) {
  has_begun_ = true;
  model_.start(now);
}

// UpdateOnACK(), 5.2.3.
uint32_t Bbr::on_ack(const AckSample& s, const CongestionWindow& w, bool is_cwnd_limited) {
  // A peer that only sends acknowledges nothing.
  if (s.delivered_bytes == 0 && s.pipe_bytes == 0) return w.cwnd_bytes;
  if (!has_begun_) begin(s.now);
  if (!has_round_trip_ && s.srtt > Duration()) {
    has_round_trip_ = true;
    init_pacing_rate(s.srtt);
  }
  last_ack_at_ = s.now;
  has_sack_ = s.has_sack;
  random_ = (s.una.value() ^ static_cast<uint32_t>(s.now.us())) * 0x9e37'79b1u;
  Ack a{s, w, is_cwnd_limited};
  if (is_repairing_ && !s.is_in_recovery && !s.is_loss_recovery) {
    is_repairing_ = false;
    a.w.cwnd_bytes = restored_cwnd(w);
  }
  update_model_and_state(a);
  set_pacing_rate(gains_of(state_).pacing_percent);
  return next_cwnd(a);
}

// In the draft's order.
void Bbr::update_model_and_state(Ack& a) {
  model_.begin_ack(a.s.rate);
  if (model_.is_round_start()) clock_.on_round();
  model_.adapt_short_term(is_probing(state_), a.w.cwnd_bytes);
  model_.update_aggregation(a.s.now, a.s.delivered_bytes, a.w.cwnd_bytes,
                            full_pipe_.is_reached() ? kExtraAckedRounds : 1);
  if (model_.is_round_start() && !a.s.rate.is_app_limited) {
    full_pipe_.on_round(model_.rate_bytes_per_s());
  }
  check_startup_done(a);
  check_drain_done(a);
  update_probe_bw(a);
  model_.update_min_rtt(a.s.now, a.s.rtt);
  check_probe_rtt(a);
  model_.end_ack();
}

// 5.3.1.
void Bbr::check_startup_done(const Ack& a) {
  if (state_ != BbrState::kStartup) return;
  if (!full_pipe_.is_reached() && is_startup_loss_high(a)) {
    undo_.state = BbrState::kStartup;
    full_pipe_.set_reached();
    long_term_.set(
        std::max(model_.bdp_bytes(model_.bw_bytes_per_s(), 100), model_.inflight_latest()));
  }
  if (!full_pipe_.is_reached()) return;
  state_ = BbrState::kDrain;
  drain_start_round_ = model_.round_count();
}

// 5.3.2.
void Bbr::check_drain_done(const Ack& a) {
  if (state_ != BbrState::kDrain) return;
  const bool is_drained = a.s.pipe_bytes <= inflight(model_.bw_bytes_per_s(), 100, a.w.mss_bytes);
  const bool is_late = model_.round_count() > drain_start_round_ + kDrainRoundsMax;
  if (is_drained || is_late) start_down(a.s.now);
}

// 5.3.4.3.
void Bbr::check_probe_rtt(Ack& a) {
  if (state_ != BbrState::kProbeRtt && model_.rtt().is_probe_due() && !is_idle_restart_) {
    save_cwnd(a.w);
    state_ = BbrState::kProbeRtt;
    probe_rtt_.start();
    ack_phase_ = AckPhase::kProbeStopping;
    model_.start_round();
  }
  if (state_ == BbrState::kProbeRtt) {
    const bool is_low = a.s.pipe_bytes <= probe_rtt_cwnd(a.w.mss_bytes);
    const auto step = probe_rtt_.on_ack(a.s.now, is_low, model_.is_round_start());
    if (step == BbrProbeRtt::Step::kBegun) model_.start_round();
    if (step == BbrProbeRtt::Step::kOver) {
      a.w.cwnd_bytes = restored_cwnd(a.w);
      exit_probe_rtt(a.s.now);
    }
  }
  if (a.s.rate.delivered_bytes > 0) is_idle_restart_ = false;
}

void Bbr::exit_probe_rtt(Instant now) {
  model_.rtt().schedule(now);
  model_.reset_short_term();
  if (!full_pipe_.is_reached()) {
    state_ = BbrState::kStartup;
    return;
  }
  start_down(now);
  state_ = BbrState::kProbeCruise;  // what is in flight is below the estimated BDP already
}

// 5.4.1. Nothing is in flight, so it was the program that had nothing to send.
uint32_t Bbr::on_restart(Instant now, const CongestionWindow& w) {
  is_idle_restart_ = true;
  model_.start_aggregation(now);
  if (is_probe_bw(state_)) set_pacing_rate(100);
  if (state_ != BbrState::kProbeRtt || !probe_rtt_.is_over(now)) return w.cwnd_bytes;
  const uint32_t cwnd = restored_cwnd(w);
  exit_probe_rtt(now);
  return cwnd;
}

}  // namespace tapstack::transport::tcp
