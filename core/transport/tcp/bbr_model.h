// BBR's model of the path (draft-ietf-ccwg-bbr 5.5): packet-timed rounds, the bandwidth delivered,
// the volume that aggregation adds, and the short-term bounds that losses give. No floating point:
// rates in bytes a second, shares in hundredths.
#pragma once

#include <algorithm>
#include <cstdint>

#include "transport/tcp/ack_sample.h"
#include "transport/tcp/bbr_min_rtt.h"
#include "transport/tcp/max_filter.h"

namespace tapstack::transport::tcp {

class BbrModel {
 public:
  static constexpr uint32_t kNoBound = UINT32_MAX;  // an inflight bound of Infinity
  static constexpr uint64_t kNoRateBound = UINT64_MAX;
  static constexpr uint32_t kBetaPercent = 70;     // BBR.Beta
  static constexpr uint32_t kMinPipeSegments = 4;  // BBR.MinPipeCwnd

  void start(Instant now);

  // The steps of an ACK in the draft's order (5.2.3). First: UpdateLatestDeliverySignals() and
  // UpdateMaxBw().
  void begin_ack(const RateSample& rate);
  // AdaptLowerBoundsFromCongestion(), at the end of a round with a loss. `is_probing`: losses are
  // then answered by the long-term model.
  void adapt_short_term(bool is_probing, uint32_t cwnd_bytes);
  // UpdateACKAggregation(); `window_rounds` to remember.
  void update_aggregation(Instant now, uint32_t acked_bytes, uint32_t cwnd_bytes,
                          uint32_t window_rounds);
  void update_min_rtt(Instant now, Duration rtt) { rtt_.update(now, rtt); }
  // AdvanceLatestDeliverySignals() and BoundBWForModel().
  void end_ack();

  // A loss; the first one begins a round of its own, at whose end adapt_short_term() answers it.
  void note_loss();
  void reset_loss_signals();  // ResetCongestionSignals()
  void reset_short_term();    // ResetShortTermModel()
  void clear_loss_in_round() { has_loss_in_round_ = false; }
  // An undo: at least these bounds again.
  void raise_short_term(uint64_t bw_bytes_per_s, uint32_t inflight_bytes);
  void start_round() { next_round_delivered_ = delivered_; }
  void advance_cycle() { ++cycle_; }  // AdvanceMaxBwFilter()
  void start_aggregation(Instant now) { aggregation_start_ = now; }
  void note_delivered(uint64_t bytes) { delivered_ = std::max(delivered_, bytes); }

  bool is_round_start() const { return is_round_start_; }
  bool is_loss_round_start() const { return is_loss_round_start_; }
  uint32_t round_count() const { return round_count_; }
  uint64_t delivered_bytes() const { return delivered_; }
  uint64_t rate_bytes_per_s() const { return rate_; }  // of the present ACK; 0 without a sample
  uint64_t max_bw_bytes_per_s() const { return max_bw_.max(); }
  uint64_t bw_bytes_per_s() const { return bw_; }
  uint64_t bw_shortterm() const { return bw_shortterm_; }
  uint32_t inflight_shortterm() const { return inflight_shortterm_; }
  uint32_t inflight_latest() const { return inflight_latest_; }
  uint32_t extra_acked_bytes() const { return static_cast<uint32_t>(extra_acked_.max()); }
  // BDPMultiple(): hundredths of the bandwidth-delay product; kNoBound without a round trip time.
  uint32_t bdp_bytes(uint64_t bytes_per_s, uint32_t percent) const;
  BbrMinRtt& rtt() { return rtt_; }
  const BbrMinRtt& rtt() const { return rtt_; }

 private:
  MaxFilter max_bw_;
  MaxFilter extra_acked_;
  BbrMinRtt rtt_;
  uint64_t bw_ = 0;  // min(max_bw, bw_shortterm)
  uint64_t bw_shortterm_ = kNoRateBound;
  uint64_t bw_latest_ = 0;
  uint64_t rate_ = 0;
  uint64_t delivered_ = 0;  // C.delivered
  uint64_t next_round_delivered_ = 0;
  uint64_t loss_round_delivered_ = 0;
  uint64_t aggregation_delivered_ = 0;
  Instant aggregation_start_;
  uint32_t inflight_shortterm_ = kNoBound;
  uint32_t inflight_latest_ = 0;
  uint32_t sample_inflight_ = 0;  // RS.delivered of the present ACK
  uint32_t round_count_ = 0;
  uint32_t cycle_ = 0;
  bool is_round_start_ = false;
  bool is_loss_round_start_ = false;
  bool has_loss_in_round_ = false;
};

}  // namespace tapstack::transport::tcp
