#include "transport/tcp/bbr_long_term.h"

#include <algorithm>

#include "transport/tcp/congestion_window.h"

namespace tapstack::transport::tcp {
namespace {

constexpr uint32_t kHeadroomPercent = 15;  // BBR.Headroom
constexpr uint8_t kRoundsMax = 30;

}  // namespace

uint32_t BbrLongTerm::with_headroom_bytes(uint32_t mss_bytes) const {
  if (!is_bounded()) return BbrModel::kNoBound;
  const auto share = static_cast<uint32_t>(uint64_t{bytes_} * kHeadroomPercent / 100);
  const uint32_t headroom = std::max(mss_bytes, share);
  return std::max(bytes_ - std::min(bytes_, headroom), BbrModel::kMinPipeSegments * mss_bytes);
}

void BbrLongTerm::raise_to(uint32_t bytes) { bytes_ = std::max(bytes_, bytes); }

void BbrLongTerm::begin_refill() {
  rounds_ = 0;
  acked_ = 0;
}

void BbrLongTerm::steepen(uint32_t cwnd_bytes, uint32_t mss_bytes) {
  acked_per_increase_ = std::max(cwnd_bytes >> rounds_, mss_bytes);
  rounds_ = std::min<uint8_t>(rounds_ + 1, kRoundsMax);
}

void BbrLongTerm::grow(uint32_t bytes, uint32_t mss_bytes) {
  if (!is_bounded()) return;
  acked_ += bytes;
  const uint32_t increases = acked_ / acked_per_increase_;
  acked_ %= acked_per_increase_;
  bytes_ = static_cast<uint32_t>(
      std::min<uint64_t>(bytes_ + uint64_t{increases} * mss_bytes, kWindowMax));
}

}  // namespace tapstack::transport::tcp
