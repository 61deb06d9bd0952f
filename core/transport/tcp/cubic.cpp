#include "transport/tcp/cubic.h"

#include <algorithm>

namespace tapstack::transport::tcp {
namespace {

// RFC 9438 4.6 and 8511 4.2, as fractions of kScale. beta_cubic = 0.7, 0.85 for ECN.
constexpr uint64_t kScale = 100;
constexpr uint64_t kBeta = 70;
constexpr uint64_t kBetaEcn = 85;
// RFC 9438 5: C = 0.4 segments/s^3 = 2/5.
constexpr uint64_t kCNumerator = 2;
constexpr uint64_t kCDenominator = 5;
// 4.3: alpha_cubic = 3 * (1 - beta) / (1 + beta) = 9/17.
constexpr uint64_t kAlphaNumerator = 9;
constexpr uint64_t kAlphaDenominator = 17;

// The shortest that Linux can be built with.
constexpr Duration kJiffy = Duration::ms(1);

constexpr uint64_t kMsCubed = 1'000'000'000;  // ms^3 in s^3
// Ten minutes from the inflection the curve is beyond kWindowMax for every MSS in use, and its cube
// still fits.
constexpr int64_t kDistanceMaxMs = 600'000;

// floor(cwnd-weighted share): bytes * share / cwnd, carrying the remainder over to the next call.
uint32_t share_of_window(uint64_t product, uint32_t cwnd_bytes, uint32_t& carry) {
  const uint64_t total = product + carry;
  carry = static_cast<uint32_t>(total % cwnd_bytes);
  return static_cast<uint32_t>(std::min<uint64_t>(total / cwnd_bytes, kWindowMax));
}

}  // namespace

uint32_t cube_root(uint64_t v) {
  uint64_t root = 0;
  for (int bit = 20; bit >= 0; --bit) {  // 2^63 has a root of 2^21
    const uint64_t tried = root | (uint64_t{1} << bit);
    if (tried * tried * tried <= v) root = tried;
  }
  return static_cast<uint32_t>(root);
}

uint32_t Cubic::window_at(Duration t, uint32_t mss_bytes) const {
  // C * (t - K)^3 segments, from W_max.
  const int64_t d = std::clamp(t.ms() - int64_t{model_.k_ms}, -kDistanceMaxMs, kDistanceMaxMs);
  const auto cube = static_cast<uint64_t>(d < 0 ? -d : d) * static_cast<uint64_t>(d < 0 ? -d : d) *
                    static_cast<uint64_t>(d < 0 ? -d : d);
  const uint64_t offset =
      cube / kCDenominator / 1000 * (kCNumerator * mss_bytes) / (kMsCubed / 1000);
  if (d < 0) {
    return offset < model_.w_max_bytes ? model_.w_max_bytes - static_cast<uint32_t>(offset) : 0;
  }
  return static_cast<uint32_t>(std::min<uint64_t>(model_.w_max_bytes + offset, kWindowMax));
}

// RFC 9438 4.2: K is the cube root of (W_max - cwnd_epoch) / C. 4.8 and 4.10: a window that is
// already beyond W_max, or that slow start reached without any loss or after a time-out, starts at
// the inflection.
void Cubic::begin_epoch(const CongestionWindow& w) {
  model_.is_running = true;
  model_.elapsed = Duration();
  model_.w_est_bytes = w.cwnd_bytes;
  model_.k_ms = 0;
  cwnd_carry_ = 0;
  est_carry_ = 0;
  if (model_.w_max_bytes <= w.cwnd_bytes) {
    model_.w_max_bytes = w.cwnd_bytes;
    return;
  }
  const uint64_t distance = model_.w_max_bytes - w.cwnd_bytes;
  model_.k_ms = cube_root(distance * (kMsCubed * kCDenominator / kCNumerator) / w.mss_bytes);
}

// RFC 9438 4.3: W_est grows as Reno's window would, by alpha_cubic segments a window; once it is
// where the last reduction was, by one, which is Reno's own pace. On paths as short as a LAN's it
// is one throughout: Linux, which computes its pace at most once a jiffy and rounds the curve up to
// whole segments, keeps to one for as long, and whoever does less there gets the smaller share.
void Cubic::grow_estimate(const CongestionWindow& w, uint32_t acked_bytes, Duration srtt) {
  uint64_t product = uint64_t{acked_bytes} * w.mss_bytes;
  const bool is_lan = srtt > Duration() && srtt < kJiffy;
  if (model_.w_est_bytes < model_.cwnd_prior_bytes && !is_lan) {
    product = product * kAlphaNumerator / kAlphaDenominator;
  }
  const uint32_t grown = share_of_window(product, w.cwnd_bytes, est_carry_);
  model_.w_est_bytes = std::min(model_.w_est_bytes + grown, kWindowMax);
}

uint32_t Cubic::grow(const CongestionWindow& w, uint32_t acked_bytes, Instant now, Duration srtt) {
  if (model_.is_running) {
    model_.elapsed = model_.elapsed + (now - last_at_);
  } else {
    begin_epoch(w);
  }
  last_at_ = now;
  grow_estimate(w, acked_bytes, srtt);
  // 4.3: where Reno would be faster, CUBIC is no slower.
  if (window_at(model_.elapsed, w.mss_bytes) < model_.w_est_bytes) {
    return std::max(w.cwnd_bytes, model_.w_est_bytes);
  }
  // 4.4, 4.5: towards what the curve says a round trip from now, at most by half a window.
  const uint32_t most = std::min(w.cwnd_bytes + w.cwnd_bytes / 2, kWindowMax);
  const uint32_t target =
      std::clamp(window_at(model_.elapsed + srtt, w.mss_bytes), w.cwnd_bytes, most);
  const uint64_t product = uint64_t{target - w.cwnd_bytes} * acked_bytes;
  return std::min(w.cwnd_bytes + share_of_window(product, w.cwnd_bytes, cwnd_carry_), kWindowMax);
}

uint32_t Cubic::reduce(const CongestionWindow& w, Congested by) {
  before_ = model_;
  const uint64_t beta = by == Congested::kEcn ? kBetaEcn : kBeta;
  model_.is_running = false;
  model_.cwnd_prior_bytes = w.cwnd_bytes;
  // RFC 9438 4.7: a window below the last one's makes room for a newcomer.
  const bool is_shrinking = w.cwnd_bytes < model_.w_max_bytes;
  model_.w_max_bytes = is_shrinking
                           ? static_cast<uint32_t>(w.cwnd_bytes * (kScale + beta) / (2 * kScale))
                           : w.cwnd_bytes;
  if (by == Congested::kTimeout) model_.w_max_bytes = 0;
  const auto ssthresh = static_cast<uint32_t>(w.cwnd_bytes * beta / kScale);
  return whole_segments(ssthresh, w.mss_bytes);
}

}  // namespace tapstack::transport::tcp
