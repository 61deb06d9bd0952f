#include "transport/tcp/bbr_probe_clock.h"

#include <algorithm>

namespace tapstack::transport::tcp {
namespace {

constexpr Duration kWaitMin = Duration::s(2);
constexpr uint32_t kWaitSpreadUs = 1'000'000;
constexpr uint32_t kRoundsMax = 63;

}  // namespace

void BbrProbeClock::start(Instant now, uint32_t random) {
  began_at_ = now;
  rounds_ = random & 1;
  wait_ = kWaitMin + Duration::us((random >> 1) % (kWaitSpreadUs + 1));
}

bool BbrProbeClock::is_time(Instant now, uint32_t target_segments) const {
  return now > began_at_ + wait_ || rounds_ >= std::min(target_segments, kRoundsMax);
}

}  // namespace tapstack::transport::tcp
