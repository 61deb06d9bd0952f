#include "transport/tcp/rtt.h"

#include <algorithm>

namespace tapstack::transport::tcp {
namespace {

constexpr Duration kRtoMax = Duration::ms(kConfig.tcp_rto_max_ms);
constexpr Duration kVarianceFloor = Duration::ms(kConfig.tcp_rto_min_ms);
constexpr uint8_t kBackoffMax = 16;  // 200 ms << 10 is past the largest RTO; avoids overflow

}  // namespace

void Rtt::on_sample(Duration sample) {
  const Duration r = std::max(sample, Duration::us(0));
  min_rtt_ = has_sample_ ? std::min(min_rtt_, r) : r;
  if (!has_sample_) {  // RFC 6298 2.2
    srtt_ = r;
    rttvar_ = r / 2;
    has_sample_ = true;
  } else {  // RFC 6298 2.3: RTTVAR before SRTT; alpha 1/8, beta 1/4
    const Duration error = std::max(srtt_ - r, r - srtt_);
    rttvar_ = rttvar_ * 3 / 4 + error / 4;
    srtt_ = srtt_ * 7 / 8 + r / 8;
  }
  backoff_ = 0;
}

void Rtt::on_timeout() {
  backoff_ = std::min<uint8_t>(static_cast<uint8_t>(backoff_ + 1), kBackoffMax);
}

void Rtt::on_handshake_retransmitted() {
  if (has_sample_) return;
  initial_rto_ = Duration::s(3);
  backoff_ = 0;
}

Duration Rtt::rto_without_backoff() const {
  const Duration rto = has_sample_ ? srtt_ + std::max(kVarianceFloor, rttvar_ * 4) : initial_rto_;
  return std::min(rto, kRtoMax);
}

Duration Rtt::rto() const {
  return std::min(rto_without_backoff() * (int64_t{1} << backoff_), kRtoMax);
}

}  // namespace tapstack::transport::tcp
