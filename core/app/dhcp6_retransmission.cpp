#include "app/dhcp6_retransmission.h"

#include <algorithm>

namespace tapstack::app {
namespace {

// RAND * rt, with RAND uniform in [-0.1, 0.1]; in (0, 0.1] when it must not shorten.
Duration spread(Duration rt, bool is_positive, Random& random) {
  const int64_t millionths =
      is_positive ? 1 + int64_t{random.below(100'000)} : int64_t{random.below(200'001)} - 100'000;
  return Duration::us(rt.us() / 1'000 * millionths / 1'000);
}

}  // namespace

void Dhcp6Retransmission::start(Instant first, const Dhcp6RetransmissionTimes& times,
                                bool is_solicit) {
  *this = Dhcp6Retransmission();
  times_ = times;
  is_solicit_ = is_solicit;
  first_ = next_ = first;
}

bool Dhcp6Retransmission::send(Instant now, Random& random) {
  const Instant end = times_.mrd_s == 0 ? Instant::never() : first_ + Duration::s(times_.mrd_s);
  if (sent_ == 0) {
    first_ = now;
  } else if ((times_.mrc != 0 && sent_ >= times_.mrc) || now >= end) {
    stop();
    return false;
  }
  const Duration irt = Duration::s(times_.irt_s);
  if (sent_ == 0) {
    rt_ = irt + spread(irt, is_solicit_, random);
  } else {
    rt_ = rt_ * 2 + spread(rt_, false, random);
  }
  const Duration mrt = Duration::s(times_.mrt_s);
  if (times_.mrt_s != 0 && rt_ > mrt) rt_ = mrt + spread(mrt, false, random);
  if (sent_ < UINT8_MAX) ++sent_;
  next_ = now + rt_;
  if (times_.mrd_s != 0) next_ = std::min(next_, first_ + Duration::s(times_.mrd_s));
  return true;
}

uint16_t Dhcp6Retransmission::elapsed(Instant now) const {
  if (sent_ == 0) return 0;
  return static_cast<uint16_t>(std::clamp<int64_t>((now - first_).ms() / 10, 0, UINT16_MAX));
}

}  // namespace tapstack::app
