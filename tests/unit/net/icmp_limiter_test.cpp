#include "net/icmp_limiter.h"

#include <gtest/gtest.h>

namespace tapstack::net {
namespace {

constexpr Instant kStart = Instant::from_us(1'000'000);

TEST(IcmpLimiter, LetsABurstThrough) {
  IcmpLimiter limiter;
  for (uint32_t i = 0; i < kConfig.icmp_errors_burst; ++i) EXPECT_TRUE(limiter.take(kStart));
  EXPECT_FALSE(limiter.take(kStart));
}

TEST(IcmpLimiter, GivesATokenEachTimeOneIsDue) {
  IcmpLimiter limiter;
  while (limiter.take(kStart)) {
  }
  const Duration one = Duration::us(1'000'000 / kConfig.icmp_errors_per_second);
  EXPECT_FALSE(limiter.take(kStart + one - Duration::us(1)));
  EXPECT_TRUE(limiter.take(kStart + one));
  EXPECT_FALSE(limiter.take(kStart + one));
}

TEST(IcmpLimiter, SavesNoMoreThanABurstHoweverLongItWaits) {
  IcmpLimiter limiter;
  while (limiter.take(kStart)) {
  }
  const Instant later = kStart + Duration::s(1'000'000'000);
  uint32_t taken = 0;
  while (limiter.take(later)) ++taken;
  EXPECT_EQ(taken, kConfig.icmp_errors_burst);
}

TEST(IcmpLimiter, ClockThatStandsStillOrGoesBackGivesNothing) {
  IcmpLimiter limiter;
  while (limiter.take(kStart)) {
  }
  EXPECT_FALSE(limiter.take(kStart - Duration::s(1)));
}

}  // namespace
}  // namespace tapstack::net
