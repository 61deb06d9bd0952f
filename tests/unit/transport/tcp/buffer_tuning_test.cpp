#include "transport/tcp/buffer_tuning.h"

#include <gtest/gtest.h>

namespace tapstack::transport::tcp {
namespace {

constexpr Instant kConsumedAt = Instant::from_us(10'000'000);
constexpr uint32_t kMax = 262'144;

TEST(ReceiveTuning, LimitBecomesTwiceWhatARoundTripConsumes) {
  ReceiveTuning t;
  EXPECT_EQ(t.on_consumed(40'000, 65'536, kMax, kConsumedAt), 80'000u);
}

TEST(ReceiveTuning, ALongRoundTripIsCountedWhole) {
  ReceiveTuning t;
  t.on_round_trip(Duration::ms(200));
  EXPECT_EQ(t.on_consumed(40'000, 65'536, kMax, kConsumedAt), 80'000u);
  EXPECT_EQ(t.on_consumed(40'000, 80'000, kMax, kConsumedAt + Duration::ms(150)), 160'000u);
}

TEST(ReceiveTuning, ASlowReaderKeepsItsLimit) {
  ReceiveTuning t;
  t.on_round_trip(Duration::ms(2));
  uint32_t limit = 65'536;
  for (int i = 0; i < 100; ++i) {
    limit = t.on_consumed(10'000, limit, kMax, kConsumedAt + Duration::ms(10 * i));
  }
  EXPECT_EQ(limit, 65'536u);
}

TEST(ReceiveTuning, StopsAtTheMaximum) {
  ReceiveTuning t;
  EXPECT_EQ(t.on_consumed(0x7fffffff, 65'536, kMax, kConsumedAt), kMax);
}

TEST(SendTuning, FollowsTheCongestionWindowWithinBounds) {
  EXPECT_EQ(tuned_send_limit(65'536, 10'000, kMax), 65'536u);
  EXPECT_EQ(tuned_send_limit(65'536, 50'000, kMax), 100'000u);
  EXPECT_EQ(tuned_send_limit(65'536, 1u << 30, kMax), kMax);
}

}  // namespace
}  // namespace tapstack::transport::tcp
