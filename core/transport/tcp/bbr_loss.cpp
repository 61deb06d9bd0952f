// What losses do to BBR's model, and what happens when they were none (draft-ietf-ccwg-bbr 5.3.1.3,
// 5.5.10, 5.5.11, 5.6.4.4).
#include <algorithm>

#include "transport/tcp/bbr.h"

namespace tapstack::transport::tcp {
namespace {

constexpr uint64_t kLossThreshPercent = 2;    // BBR.LossThresh
constexpr uint8_t kStartupFullLossCount = 6;  // BBRStartupFullLossCnt

// InflightAtLoss(): how much could be in flight before what was lost of it was too much, which may
// have been in the middle of a burst.
uint32_t inflight_at_loss(const LossSample& l) {
  const uint64_t inflight_before = l.tx_in_flight_bytes - std::min(l.bytes, l.tx_in_flight_bytes);
  const uint64_t lost_before = 100 * uint64_t{l.lost_bytes - std::min(l.bytes, l.lost_bytes)};
  const uint64_t allowed = kLossThreshPercent * inflight_before;
  const uint64_t prefix =
      allowed > lost_before ? (allowed - lost_before) / (100 - kLossThreshPercent) : 0;
  return static_cast<uint32_t>(inflight_before + prefix);
}

}  // namespace

bool Bbr::is_inflight_too_high(uint32_t lost_bytes, uint32_t in_flight_bytes) const {
  if (!has_sack_) return lost_bytes > 0;
  return uint64_t{lost_bytes} * 100 > uint64_t{in_flight_bytes} * kLossThreshPercent;
}

void Bbr::on_lost(const LossSample& l, const CongestionWindow& w) {
  has_new_loss_ = true;
  model_.note_delivered(l.delivered_bytes);
  note_loss(w);
  if (!is_probe_sample_ || !is_inflight_too_high(l.lost_bytes, l.tx_in_flight_bytes)) return;
  handle_inflight_too_high(l, w);
}

void Bbr::note_loss(const CongestionWindow& w) {
  save_before_repair(w);
  model_.note_loss();
}

void Bbr::handle_inflight_too_high(const LossSample& l, const CongestionWindow& w) {
  was_probe_too_high_ = true;
  is_probe_sample_ = false;  // once a probe
  if (!l.is_app_limited) {
    const uint64_t least = uint64_t{target_inflight(w)} * BbrModel::kBetaPercent / 100;
    long_term_.set(std::max(inflight_at_loss(l), static_cast<uint32_t>(least)));
  }
  if (state_ != BbrState::kProbeUp) return;
  undo_.state = BbrState::kProbeUp;
  start_down(last_ack_at_);
}

// CheckStartupHighLoss(). An ACK that finds something lost counts as one range.
bool Bbr::is_startup_loss_high(const Ack& a) {
  if (has_new_loss_ && startup_losses_ < kStartupFullLossCount) ++startup_losses_;
  has_new_loss_ = false;
  const RateSample& rs = a.s.rate;
  const bool is_much = startup_losses_ >= kStartupFullLossCount &&
                       is_inflight_too_high(rs.lost_bytes, rs.tx_in_flight_bytes);
  const bool is_end_of_round = model_.is_loss_round_start();
  if (is_end_of_round) startup_losses_ = 0;
  return a.s.is_in_recovery && (has_sack_ ? is_end_of_round && is_much : true);
}

// SaveStateUponLoss(), once for a recovery and the losses that lead to it: what a later round of
// losses would save is what the first one left.
void Bbr::save_before_repair(const CongestionWindow& w) {
  save_cwnd(w);
  if (is_repairing_) return;
  is_repairing_ = true;
  undo_ = {model_.bw_shortterm(), model_.inflight_shortterm(), long_term_.bytes(), Undo{}.state};
}

void Bbr::save_cwnd(const CongestionWindow& w) {
  const bool is_good = !is_repairing_ && state_ != BbrState::kProbeRtt;
  prior_cwnd_bytes_ = is_good ? w.cwnd_bytes : std::max(prior_cwnd_bytes_, w.cwnd_bytes);
}

uint32_t Bbr::restored_cwnd(const CongestionWindow& w) const {
  return std::max(w.cwnd_bytes, prior_cwnd_bytes_);
}

uint32_t Bbr::on_undo(const CongestionWindow& w) {
  is_repairing_ = false;
  model_.clear_loss_in_round();
  full_pipe_.reset();
  model_.raise_short_term(undo_.bw_shortterm, undo_.inflight_shortterm);
  long_term_.raise_to(undo_.inflight_longterm);
  if (undo_.state == BbrState::kStartup && state_ != BbrState::kStartup) {
    full_pipe_.take_back();
    if (state_ != BbrState::kProbeRtt) state_ = BbrState::kStartup;
  } else if (undo_.state == BbrState::kProbeUp && is_probe_bw(state_) &&
             state_ != BbrState::kProbeUp) {
    start_refill();
  }
  undo_ = Undo{};
  return restored_cwnd(w);
}

}  // namespace tapstack::transport::tcp
