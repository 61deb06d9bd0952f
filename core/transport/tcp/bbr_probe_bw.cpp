// BBR's cycle of probing for bandwidth: down, cruise, refill, up (draft-ietf-ccwg-bbr 5.3.3.6).
#include <algorithm>

#include "transport/tcp/bbr.h"

namespace tapstack::transport::tcp {

void Bbr::start_down(Instant now) {
  model_.reset_loss_signals();
  long_term_.stop_growing();
  clock_.start(now, random_);
  ack_phase_ = AckPhase::kProbeStopping;
  model_.start_round();
  state_ = BbrState::kProbeDown;
}

void Bbr::start_refill() {
  model_.reset_short_term();
  long_term_.begin_refill();
  was_precautionary_ = false;
  ack_phase_ = AckPhase::kRefilling;
  model_.start_round();
  state_ = BbrState::kProbeRefill;
}

void Bbr::start_up(const Ack& a) {
  is_probe_sample_ = true;
  ack_phase_ = AckPhase::kProbeStarting;
  model_.start_round();
  full_pipe_.reset(model_.rate_bytes_per_s());
  state_ = BbrState::kProbeUp;
  long_term_.steepen(a.w.cwnd_bytes, a.w.mss_bytes);
}

// UpdateProbeBWCyclePhase()
void Bbr::update_probe_bw(const Ack& a) {
  if (!full_pipe_.is_reached() || !a.s.rate.has_delivered || adapt_long_term(a)) return;
  switch (state_) {
    case BbrState::kProbeDown:
      if (is_time_to_probe(a)) {
        start_refill();
      } else if (is_time_to_cruise(a)) {
        state_ = BbrState::kProbeCruise;
      }
      return;
    case BbrState::kProbeCruise:
      if (is_time_to_probe(a)) start_refill();
      return;
    case BbrState::kProbeRefill:
      if (model_.is_round_start()) start_up(a);
      return;
    case BbrState::kProbeUp:
      if (!is_time_to_go_down(a)) return;
      was_probe_too_high_ = false;
      start_down(a.s.now);
      return;
    default:
      return;
  }
}

// AdaptLongTermModel(); true: it decided on a change of state.
bool Bbr::adapt_long_term(const Ack& a) {
  if (ack_phase_ == AckPhase::kProbeStarting && model_.is_round_start()) {
    ack_phase_ = AckPhase::kProbeFeedback;
  }
  if (ack_phase_ == AckPhase::kProbeStopping && model_.is_round_start()) {
    is_probe_sample_ = false;
    ack_phase_ = AckPhase::kInit;
    if (is_probe_bw(state_) && !a.s.rate.is_app_limited) model_.advance_cycle();
    // 5.3.3.4.2: the cautious probe went well, the next one may go on.
    if (is_probe_bw(state_) && was_precautionary_ && !was_probe_too_high_) {
      start_refill();
      return true;
    }
  }
  const RateSample& rs = a.s.rate;
  if (!is_inflight_too_high(rs.lost_bytes, rs.tx_in_flight_bytes)) raise_long_term(a);
  return false;
}

void Bbr::raise_long_term(const Ack& a) {
  if (!long_term_.is_bounded()) return;
  long_term_.raise_to(a.s.rate.tx_in_flight_bytes);
  const bool is_at_bound = a.is_cwnd_limited && a.w.cwnd_bytes >= long_term_.bytes();
  if (state_ != BbrState::kProbeUp || !is_at_bound) return;
  long_term_.grow(a.s.delivered_bytes, a.w.mss_bytes);
  if (model_.is_round_start()) long_term_.steepen(a.w.cwnd_bytes, a.w.mss_bytes);
}

bool Bbr::is_time_to_probe(const Ack& a) const {
  return clock_.is_time(a.s.now, target_inflight(a.w) / a.w.mss_bytes);
}

bool Bbr::is_time_to_cruise(const Ack& a) const {
  return a.s.pipe_bytes <= long_term_.with_headroom_bytes(a.w.mss_bytes) &&
         a.s.pipe_bytes <= inflight(model_.max_bw_bytes_per_s(), 100, a.w.mss_bytes);
}

bool Bbr::is_time_to_go_down(const Ack& a) {
  if (was_probe_too_high_ && a.s.pipe_bytes >= long_term_.bytes()) {
    was_precautionary_ = true;
    return true;
  }
  if (a.is_cwnd_limited && a.w.cwnd_bytes >= long_term_.bytes()) {
    full_pipe_.reset(model_.rate_bytes_per_s());  // it is the bound that limits the rate
    return false;
  }
  return full_pipe_.is_now();
}

}  // namespace tapstack::transport::tcp
