#include "transport/tcp/rtt.h"

#include <algorithm>

namespace tapstack::transport::tcp {
namespace {

constexpr Duration kRtoMax = Duration::ms(kConfig.tcp_rto_max_ms);
constexpr Duration kDeviationFloor =
    Duration::us(kConfig.tcp_rto_min_ms * 250);  // 4 of them: RFC 6298 2.3
constexpr uint8_t kBackoffMax = 16;  // 200 ms << 10 is past the largest RTO; avoids overflow

}  // namespace

void Rtt::on_sample(const RttSample& sample, SeqNumber una, SeqNumber nxt) {
  const Duration r = std::max(sample.time, Duration::us(0));
  if (sample.is_exact) {
    min_rtt_ = has_exact_sample_ ? std::min(min_rtt_, r) : r;
    has_exact_sample_ = true;
  } else if (!has_sample_) {
    min_rtt_ = r;
  }
  backoff_ = 0;
  if (!has_sample_) {  // RFC 6298 2.2
    srtt_ = r;
    deviation_ = r / 2;
    rttvar_ = deviation_max_ = std::max(deviation_, kDeviationFloor);
    round_end_ = nxt;
    has_sample_ = true;
    return;
  }
  // RFC 6298 2.3: the deviation before SRTT; alpha 1/8, beta 1/4
  const Duration error = std::max(srtt_ - r, r - srtt_);
  deviation_ = deviation_ * 3 / 4 + error / 4;
  srtt_ = srtt_ * 7 / 8 + r / 8;
  deviation_max_ = std::max(deviation_max_, deviation_);
  rttvar_ = std::max(rttvar_, deviation_max_);
  if (!una.after(round_end_)) return;
  if (deviation_max_ < rttvar_) rttvar_ = rttvar_ - (rttvar_ - deviation_max_) / 4;
  round_end_ = nxt;
  deviation_max_ = kDeviationFloor;
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
  const Duration rto = has_sample_ ? srtt_ + rttvar_ * 4 : initial_rto_;
  return std::min(rto, kRtoMax);
}

Duration Rtt::rto() const {
  return std::min(rto_without_backoff() * (int64_t{1} << backoff_), kRtoMax);
}

}  // namespace tapstack::transport::tcp
