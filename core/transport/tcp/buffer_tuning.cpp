#include "transport/tcp/buffer_tuning.h"

#include <algorithm>

namespace tapstack::transport::tcp {

void ReceiveTuning::on_round_trip(Duration rtt) {
  const Duration sample = std::max(rtt, Duration::ms(1));
  rtt_ = is_measured_ ? std::min(rtt_, sample) : sample;
  is_measured_ = true;
}

uint32_t ReceiveTuning::on_consumed(uint32_t bytes, uint32_t limit_bytes, uint32_t max_bytes,
                                    Instant now) {
  if (now - round_began_ > rtt_) {
    round_began_ = now;
    consumed_bytes_ = 0;
  }
  consumed_bytes_ += bytes;
  const uint32_t wanted = std::min(consumed_bytes_, max_bytes / 2) * 2;
  return std::max(limit_bytes, wanted);
}

uint32_t tuned_send_limit(uint32_t limit_bytes, uint32_t cwnd_bytes, uint32_t max_bytes) {
  const uint32_t wanted = std::min(cwnd_bytes, max_bytes / 2) * 2;
  return std::max(limit_bytes, wanted);
}

}  // namespace tapstack::transport::tcp
