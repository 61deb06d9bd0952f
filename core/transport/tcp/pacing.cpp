#include "transport/tcp/pacing.h"

#include <algorithm>

namespace tapstack::transport::tcp {
namespace {

constexpr int64_t kNsPerUs = 1000;
constexpr uint64_t kNsPerS = 1'000'000'000;
// Timers come late, the poll thread's by 50 us and more. Lateness up to this is made up for, or the
// rate would never be reached.
constexpr int64_t kLatenessMaxNs = 1'000'000;
constexpr uint64_t kBytesMax = 1u << 30;  // of one piece: keeps the product within 64 bits
constexpr uint64_t kDelayMaxNs = 60 * kNsPerS;

}  // namespace

void Pacer::on_sent(Instant now, uint64_t bytes, uint64_t rate_bytes_per_s) {
  if (rate_bytes_per_s == 0) return;
  const int64_t now_ns = now.us() * kNsPerUs;
  const uint64_t takes_ns = std::min(bytes, kBytesMax) * kNsPerS / rate_bytes_per_s;
  const int64_t lateness_max_ns = is_waiting_ ? kLatenessMaxNs : 0;
  next_send_ns_ = std::max(next_send_ns_, now_ns - lateness_max_ns) +
                  static_cast<int64_t>(std::min(takes_ns, kDelayMaxNs));
  if (next_send_ns_ > now_ns) is_waiting_ = false;
}

Instant Pacer::next_send_at() const {
  return Instant::from_us((next_send_ns_ + kNsPerUs - 1) / kNsPerUs);
}

}  // namespace tapstack::transport::tcp
