#include "transport/tcp/bbr_model.h"

namespace tapstack::transport::tcp {
namespace {

constexpr uint64_t kUsPerS = 1'000'000;
constexpr int64_t kIntervalMaxUs = 100'000'000;  // times any rate fits in 64 bits
constexpr uint32_t kMaxBwCycles = 2;             // MaxBwFilterLen: this cycle and the one before

uint32_t to_volume(uint64_t bytes) {
  return static_cast<uint32_t>(std::min<uint64_t>(bytes, BbrModel::kNoBound - 1));
}

}  // namespace

void BbrModel::start(Instant now) {
  *this = BbrModel{};
  rtt_.start(now);
  aggregation_start_ = now;
}

void BbrModel::begin_ack(const RateSample& rs) {
  is_round_start_ = false;
  is_loss_round_start_ = false;
  rate_ = 0;
  sample_inflight_ = 0;
  if (!rs.has_delivered) return;
  delivered_ = rs.prior_delivered_bytes + rs.delivered_bytes;
  sample_inflight_ = to_volume(rs.delivered_bytes);
  if (rs.interval > Duration()) {
    rate_ = rs.delivered_bytes * kUsPerS / static_cast<uint64_t>(rs.interval.us());
  }
  bw_latest_ = std::max(bw_latest_, rate_);
  inflight_latest_ = std::max(inflight_latest_, sample_inflight_);
  if (rs.prior_delivered_bytes >= loss_round_delivered_) {
    loss_round_delivered_ = delivered_;
    is_loss_round_start_ = true;
  }
  if (rs.prior_delivered_bytes >= next_round_delivered_) {  // 5.5.1
    start_round();
    ++round_count_;
    is_round_start_ = true;
  }
  // 5.5.4: a sample that the program limited is a lower bound only.
  if (rate_ > 0 && (rate_ >= max_bw_bytes_per_s() || !rs.is_app_limited)) {
    max_bw_.update(rate_, cycle_, kMaxBwCycles);
  }
}

void BbrModel::adapt_short_term(bool is_probing, uint32_t cwnd_bytes) {
  if (!is_loss_round_start_) return;
  if (has_loss_in_round_ && !is_probing) {  // InitLowerBounds(), LossLowerBounds(): 5.5.10.3
    if (bw_shortterm_ == kNoRateBound) bw_shortterm_ = max_bw_bytes_per_s();
    if (inflight_shortterm_ == kNoBound) inflight_shortterm_ = cwnd_bytes;
    bw_shortterm_ = std::max(bw_latest_, bw_shortterm_ * kBetaPercent / 100);
    inflight_shortterm_ =
        std::max(inflight_latest_, to_volume(uint64_t{inflight_shortterm_} * kBetaPercent / 100));
  }
  has_loss_in_round_ = false;
}

// 5.5.9.
void BbrModel::update_aggregation(Instant now, uint32_t acked_bytes, uint32_t cwnd_bytes,
                                  uint32_t window_rounds) {
  const auto us = static_cast<uint64_t>(
      std::clamp<int64_t>((now - aggregation_start_).us(), 0, kIntervalMaxUs));
  uint64_t expected = bw_ / 1000 * us / 1000;
  if (aggregation_delivered_ <= expected) {
    aggregation_delivered_ = 0;
    aggregation_start_ = now;
    expected = 0;
  }
  aggregation_delivered_ += acked_bytes;
  const uint64_t extra = std::min<uint64_t>(aggregation_delivered_ - expected, cwnd_bytes);
  extra_acked_.update(extra, round_count_, window_rounds);
}

void BbrModel::end_ack() {
  if (is_loss_round_start_) {
    bw_latest_ = rate_;
    inflight_latest_ = sample_inflight_;
  }
  bw_ = std::min(max_bw_bytes_per_s(), bw_shortterm_);
}

void BbrModel::note_loss() {
  if (!has_loss_in_round_) loss_round_delivered_ = delivered_;
  has_loss_in_round_ = true;
}

void BbrModel::reset_loss_signals() {
  has_loss_in_round_ = false;
  bw_latest_ = 0;
  inflight_latest_ = 0;
}

void BbrModel::reset_short_term() {
  bw_shortterm_ = kNoRateBound;
  inflight_shortterm_ = kNoBound;
}

void BbrModel::raise_short_term(uint64_t bw_bytes_per_s, uint32_t inflight_bytes) {
  bw_shortterm_ = std::max(bw_shortterm_, bw_bytes_per_s);
  inflight_shortterm_ = std::max(inflight_shortterm_, inflight_bytes);
}

uint32_t BbrModel::bdp_bytes(uint64_t bytes_per_s, uint32_t percent) const {
  if (!rtt_.has_sample()) return kNoBound;
  const auto us =
      static_cast<uint64_t>(std::clamp<int64_t>(rtt_.min_rtt().us(), 0, kIntervalMaxUs));
  const uint64_t bytes = bytes_per_s / 1000 * us / 1000 + bytes_per_s % 1000 * us / kUsPerS;
  return to_volume(bytes * percent / 100);
}

}  // namespace tapstack::transport::tcp
