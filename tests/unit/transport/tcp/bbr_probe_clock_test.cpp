#include "transport/tcp/bbr_probe_clock.h"

#include <gtest/gtest.h>

#include "tests/unit/support/instants.h"

namespace tapstack::transport::tcp {
namespace {

using test::at_ms;

TEST(BbrProbeClock, WaitsTwoToThreeSeconds) {
  BbrProbeClock shortest, longest;
  shortest.start(at_ms(0), 0);
  longest.start(at_ms(0), 2 * 1'000'000);
  EXPECT_FALSE(shortest.is_time(at_ms(2000), 1000));
  EXPECT_TRUE(shortest.is_time(at_ms(2001), 1000));
  EXPECT_FALSE(longest.is_time(at_ms(3000), 1000));
  EXPECT_TRUE(longest.is_time(at_ms(3001), 1000));
}

TEST(BbrProbeClock, WaitsNoMoreRoundsThanRenoWouldNeed) {
  BbrProbeClock c;
  c.start(at_ms(0), 0);
  for (int i = 0; i < 9; ++i) c.on_round();
  EXPECT_FALSE(c.is_time(at_ms(1), 10));
  c.on_round();
  EXPECT_TRUE(c.is_time(at_ms(1), 10));
}

TEST(BbrProbeClock, WaitsAtMost63Rounds) {
  BbrProbeClock c;
  c.start(at_ms(0), 1);  // an odd number begins with one round less
  for (int i = 0; i < 61; ++i) c.on_round();
  EXPECT_FALSE(c.is_time(at_ms(1), 10'000));
  c.on_round();
  EXPECT_TRUE(c.is_time(at_ms(1), 10'000));
}

}  // namespace
}  // namespace tapstack::transport::tcp
