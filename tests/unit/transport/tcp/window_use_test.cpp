#include "transport/tcp/window_use.h"

#include <gtest/gtest.h>

namespace tapstack::transport::tcp {
namespace {

constexpr uint32_t kFloor = 10'000;
constexpr CongestionWindow kSlowStart{40'000, 1u << 30, 1000};
constexpr CongestionWindow kAvoidance{40'000, 20'000, 1000};

OutputSample sample(int64_t ms, uint32_t una, uint32_t nxt, bool is_limited = false) {
  return {Instant::from_us(ms * 1000),
          SeqNumber(una),
          SeqNumber(nxt),
          nxt - una,
          is_limited,
          true,
          Duration::ms(200)};
}

TEST(WindowUse, AWindowThatHeldTextBackMayGrowForARoundTrip) {
  WindowUse u;
  u.on_output_end(sample(0, 0, 39'000, true), kAvoidance, kFloor);
  u.on_output_end(sample(1, 20'000, 39'500), kAvoidance, kFloor);
  EXPECT_TRUE(u.may_grow(kAvoidance));
}

TEST(WindowUse, ThePipeAtCwndCountsAsLimitedWithNothingMoreToSend) {
  WindowUse u;
  u.on_output_end(sample(0, 0, 40'000), kAvoidance, kFloor);
  EXPECT_TRUE(u.may_grow(kAvoidance));
}

TEST(WindowUse, TheNextRoundTripJudgesAnew) {
  WindowUse u;
  u.on_output_end(sample(0, 0, 40'000, true), kAvoidance, kFloor);
  u.on_output_end(sample(1, 40'000, 45'000), kAvoidance, kFloor);
  EXPECT_FALSE(u.may_grow(kAvoidance));
}

TEST(WindowUse, AnAckWithNothingSentAfterItJudgesNothing) {
  WindowUse u;
  u.on_output_end(sample(0, 0, 40'000, true), kAvoidance, kFloor);
  u.on_output_end(sample(1, 40'000, 40'000), kAvoidance, kFloor);
  EXPECT_TRUE(u.may_grow(kAvoidance));
}

TEST(WindowUse, HalfOfTheWindowIsEnoughInSlowStartOnly) {
  WindowUse u;
  u.on_output_end(sample(0, 0, 21'000), kSlowStart, kFloor);
  EXPECT_TRUE(u.may_grow(kSlowStart));
  EXPECT_FALSE(u.may_grow(kAvoidance));
}

TEST(WindowUse, AfterAnRtoOfLittleUseTheWindowMovesHalfwayToWhatWasUsed) {  // RFC 7661 4.4.2
  WindowUse u;
  u.on_output_end(sample(0, 0, 40'000, true), kAvoidance, kFloor);
  EXPECT_EQ(u.on_output_end(sample(100, 40'000, 60'000), kAvoidance, kFloor), 40'000u);
  EXPECT_EQ(u.on_output_end(sample(200, 60'000, 65'000), kAvoidance, kFloor), 30'000u);
}

TEST(WindowUse, LittleUseLeavesTheInitialWindow) {
  WindowUse u;
  const CongestionWindow small{11'000, 5'000, 1000};
  u.on_output_end(sample(0, 0, 11'000, true), small, kFloor);
  EXPECT_EQ(u.on_output_end(sample(200, 11'000, 12'000), small, kFloor), 10'500u);
  const CongestionWindow initial{10'000, 5'000, 1000};
  EXPECT_EQ(u.on_output_end(sample(400, 12'000, 13'000), initial, kFloor), 10'000u);
}

}  // namespace
}  // namespace tapstack::transport::tcp
