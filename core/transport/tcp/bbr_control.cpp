// BBR's control parameters: rate and window (draft-ietf-ccwg-bbr 5.6).
#include <algorithm>

#include "transport/tcp/bbr.h"
#include "transport/tcp/pacing.h"

namespace tapstack::transport::tcp {
namespace {

constexpr uint32_t kPacingMarginPercent = 1;  // BBR.PacingMarginPercent
constexpr uint32_t kQuantaInFlight = 3;       // 5.5.8.1
constexpr uint64_t kUsPerS = 1'000'000;

}  // namespace

// InitPacingRate()
void Bbr::init_pacing_rate(Duration srtt) {
  const uint64_t nominal = initial_cwnd_bytes_ * kUsPerS / static_cast<uint64_t>(srtt.us());
  pacing_bytes_per_s_ = nominal * gains_of(BbrState::kStartup).pacing_percent / 100;
}

// SetPacingRateWithGain()
void Bbr::set_pacing_rate(uint32_t gain_percent) {
  const uint64_t rate =
      model_.bw_bytes_per_s() * gain_percent / 100 * (100 - kPacingMarginPercent) / 100;
  if (rate == 0) return;
  if (full_pipe_.is_reached() || rate > pacing_bytes_per_s_) pacing_bytes_per_s_ = rate;
}

uint32_t Bbr::target_inflight(const CongestionWindow& w) const {
  return std::min(model_.bdp_bytes(model_.bw_bytes_per_s(), 100), w.cwnd_bytes);
}

// QuantizationBudget()
uint32_t Bbr::quantized(uint64_t inflight_bytes, uint32_t mss_bytes) const {
  const uint32_t offload = kQuantaInFlight * send_quantum_bytes(pacing_bytes_per_s_, mss_bytes);
  const uint32_t least = std::max(offload, BbrModel::kMinPipeSegments * mss_bytes);
  uint64_t bytes = std::max<uint64_t>(inflight_bytes, least);
  if (state_ == BbrState::kProbeUp) bytes += 2 * mss_bytes;
  return static_cast<uint32_t>(std::min<uint64_t>(bytes, kWindowMax));
}

uint32_t Bbr::inflight(uint64_t bytes_per_s, uint32_t percent, uint32_t mss_bytes) const {
  const uint32_t bdp = model_.bdp_bytes(bytes_per_s, percent);
  return quantized(bdp == BbrModel::kNoBound ? initial_cwnd_bytes_ : bdp, mss_bytes);
}

uint32_t Bbr::probe_rtt_cwnd(uint32_t mss_bytes) const {
  const uint32_t half =
      model_.bdp_bytes(model_.bw_bytes_per_s(), gains_of(BbrState::kProbeRtt).cwnd_percent);
  return std::max(half == BbrModel::kNoBound ? initial_cwnd_bytes_ : half,
                  BbrModel::kMinPipeSegments * mss_bytes);
}

// BoundCwndForModel()
uint32_t Bbr::volume_cap(uint32_t mss_bytes) const {
  uint32_t cap = BbrModel::kNoBound;
  if (state_ == BbrState::kProbeCruise || state_ == BbrState::kProbeRtt) {
    cap = long_term_.with_headroom_bytes(mss_bytes);
  } else if (is_probe_bw(state_)) {
    cap = long_term_.bytes();
  }
  return std::max(std::min(cap, model_.inflight_shortterm()),
                  BbrModel::kMinPipeSegments * mss_bytes);
}

// UpdateMaxInflight() and SetCwnd()
uint32_t Bbr::next_cwnd(const Ack& a) const {
  const uint32_t mss = a.w.mss_bytes;
  const uint32_t bdp = model_.bdp_bytes(model_.bw_bytes_per_s(), gains_of(state_).cwnd_percent);
  const uint64_t wanted = bdp == BbrModel::kNoBound ? initial_cwnd_bytes_ : bdp;
  const uint32_t max_inflight = quantized(wanted + model_.extra_acked_bytes(), mss);
  uint64_t cwnd = a.w.cwnd_bytes;
  const bool is_model_young = model_.delivered_bytes() < initial_cwnd_bytes_;
  if (full_pipe_.is_reached()) {
    cwnd = std::min<uint64_t>(cwnd + a.s.delivered_bytes, max_inflight);
  } else if (cwnd < max_inflight || is_model_young) {
    cwnd += a.s.delivered_bytes;
  }
  cwnd = std::max<uint64_t>(cwnd, BbrModel::kMinPipeSegments * mss);
  if (state_ == BbrState::kProbeRtt) cwnd = std::min<uint64_t>(cwnd, probe_rtt_cwnd(mss));
  return static_cast<uint32_t>(std::min<uint64_t>({cwnd, volume_cap(mss), kWindowMax}));
}

}  // namespace tapstack::transport::tcp
