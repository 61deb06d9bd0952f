#include "net/router_search.h"

namespace tapstack::net {
namespace {

constexpr Duration kInitial = Duration::s(4);     // RFC 7559 2, IRT
constexpr Duration kMaximum = Duration::s(3600);  // MRT; MRC and MRD are 0: it never gives up

// RFC 8415 15: RAND, a uniform random factor in [-0.1, +0.1], of `span`.
Duration jitter(Duration span, Random& random) {
  const auto tenth_ms = static_cast<uint32_t>(span.ms() / 10);
  return Duration::ms(int64_t{random.below(2 * tenth_ms + 1)} - tenth_ms);
}

}  // namespace

void RouterSearch::start(Instant at) {
  ask_at_ = at;
  interval_ = Duration();
}

void RouterSearch::on_asked(Instant now, Random& random) {
  if (interval_ == Duration()) {
    interval_ = kInitial + jitter(kInitial, random);
  } else {
    const Duration before = interval_;
    interval_ = before * 2 + jitter(before, random);
    if (interval_ > kMaximum) interval_ = kMaximum + jitter(kMaximum, random);
  }
  ask_at_ = now + interval_;
}

}  // namespace tapstack::net
