#include "transport/tcp/burst.h"

#include <gtest/gtest.h>

namespace tapstack::transport::tcp {
namespace {

constexpr uint32_t kMost = 64'000;

BurstFacts facts(uint32_t cwnd_segments, int64_t rtt_ms) {
  BurstFacts f;
  f.segment_bytes = 1000;
  f.cwnd_bytes = cwnd_segments * 1000;
  f.srtt = f.min_rtt = Duration::ms(rtt_ms);
  return f;
}

TEST(Burst, WithoutARoundTripHalfTheWindowIsTheLimit) {
  EXPECT_EQ(burst_bytes(facts(20, 0), kMost), 10'000u);
  EXPECT_EQ(burst_bytes(facts(1000, 0), kMost), kMost);
}

TEST(Burst, OnALongPathItIsAMillisecondsWorthAndTwoSegmentsAtLeast) {
  EXPECT_EQ(burst_bytes(facts(10, 100), kMost), 2000u);
  EXPECT_EQ(burst_bytes(facts(1000, 100), kMost), 12'000u) << "1.2 * 1 MB / 100 ms * 1.024 ms";
}

TEST(Burst, SlowStartIsPacedAtTwiceTheWindow) {
  BurstFacts f = facts(1000, 100);
  f.is_slow_start = true;
  EXPECT_EQ(burst_bytes(f, kMost), 20'000u);
}

TEST(Burst, OnAShortPathItIsAsLargeAsItCan) {
  BurstFacts f = facts(1000, 0);
  f.srtt = f.min_rtt = Duration::us(100);
  EXPECT_EQ(burst_bytes(f, kMost), kMost);
}

TEST(Burst, ATinyWindowGoesSegmentBySegment) {
  EXPECT_EQ(burst_bytes(facts(3, 100), kMost), 1000u);
  EXPECT_EQ(burst_bytes(facts(1, 100), kMost), 1000u);
}

TEST(Burst, TheLeastNumberOfSegmentsCanBeRaised) {
  BurstFacts f = facts(20, 100);
  f.segments_min = 10;
  EXPECT_EQ(burst_bytes(f, kMost), 10'000u);
}

}  // namespace
}  // namespace tapstack::transport::tcp
