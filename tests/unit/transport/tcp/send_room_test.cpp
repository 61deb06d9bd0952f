#include "transport/tcp/send_room.h"

#include <gtest/gtest.h>

#include "by_hand.h"
#include "transport/tcp/burst.h"

namespace tapstack::transport::tcp {
namespace {

class SendRoom : public ::testing::Test {
 protected:
  Connection& at_a() { return p.inside(p.a, e.a); }
  Pair p;
  Pair::Ends e = p.establish();
};

TEST_F(SendRoom, ABufferIsHalfOfTheLargestWindowInWholeSegments) {
  const SendSpace s = send_space(at_a());
  const uint32_t half = at_a().snd.vars().max_wnd_bytes / 2;
  EXPECT_EQ(s.push_bytes, half);
  EXPECT_EQ(s.buffer_bytes % text_mss(at_a()), 0u);
  EXPECT_LE(s.buffer_bytes, std::min(half, kBurstTextBytesMax));
  EXPECT_GT(s.buffer_bytes + text_mss(at_a()), std::min(half, kBurstTextBytesMax));
}

TEST_F(SendRoom, TheInitialWindowMayGoAtOnce) {
  EXPECT_EQ(send_space(at_a()).sendable_bytes, at_a().congestion.cwnd_bytes());
}

TEST_F(SendRoom, ASocketWithoutALowWaterMarkHasTheDefaultOne) {
  at_a().settings.not_sent_low_water_default_bytes = 5000;
  EXPECT_EQ(send_space(at_a()).low_water_bytes, 5000u);
  at_a().settings.not_sent_low_water_bytes = 4000;
  EXPECT_EQ(send_space(at_a()).low_water_bytes, 4000u);
}

TEST_F(SendRoom, TheLimitGrowsFromWhereItStartsUnlessTheProgramSetsIt) {
  at_a().settings.send_buffer_start_bytes = 50'000;
  EXPECT_EQ(send_limit(at_a()), 50'000u);
  at_a().settings.send_buffer_start_bytes = 5'000;
  EXPECT_EQ(send_limit(at_a()), 2 * at_a().congestion.cwnd_bytes());
  at_a().settings.send_buffer_bytes = 7'000;
  EXPECT_EQ(send_limit(at_a()), 7'000u);
}

TEST_F(SendRoom, LessThanHalfOfTheLowWaterMarkUnsentIsWorthTelling) {
  at_a().settings.not_sent_low_water_bytes = 1000;
  p.send(p.a, e.a, pattern(499));
  EXPECT_TRUE(has_worthwhile_room(at_a()));
  p.send(p.a, e.a, pattern(1));
  EXPECT_FALSE(has_worthwhile_room(at_a()));
}

}  // namespace
}  // namespace tapstack::transport::tcp
