#include "transport/tcp/black_hole.h"

namespace tapstack::transport::tcp {
namespace {

// RFC 4821 7.2 and 7.7: 1024 bytes pass nearly everywhere; half of them where nothing else does.
constexpr uint16_t kUsual = 1024;
constexpr uint16_t kLeast = 512;
// One time-out is often a lost flight, two of the same segment are seldom.
constexpr uint32_t kTimeouts = 2;
constexpr Duration kRaiseAfter = Duration::s(600);  // RFC 8899 5.1.1

}  // namespace

bool BlackHole::on_timeout(uint32_t timeouts, uint32_t text_bytes, Instant now) {
  if (timeouts % kTimeouts != 0) return false;
  const uint16_t size = mss_max_bytes_ > kUsual ? kUsual : kLeast;
  if (size >= mss_max_bytes_ || text_bytes <= size) return false;
  mss_max_bytes_ = size;
  over_at_ = now + kRaiseAfter;
  return true;
}

}  // namespace tapstack::transport::tcp
