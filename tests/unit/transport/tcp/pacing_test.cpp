#include "transport/tcp/pacing.h"

#include <gtest/gtest.h>

namespace tapstack::transport::tcp {
namespace {

Instant at(int64_t us) { return Instant::from_us(us); }

TEST(SendQuantum, IsAMillisecondsWorthOfTwoSegmentsToASuperframe) {
  EXPECT_EQ(send_quantum_bytes(10'000'000, 1448), 10'000u);
  EXPECT_EQ(send_quantum_bytes(1'000'000, 1448), 2'896u);
  EXPECT_EQ(send_quantum_bytes(1'000'000'000, 1448), 65'535u);
}

TEST(Pacer, NothingWaitsBeforeTheFirstPiece) { EXPECT_TRUE(Pacer().may_send(at(0))); }

TEST(Pacer, TheNextPieceWaitsAsLongAsTheLastOneTakes) {
  Pacer p;
  p.on_sent(at(10'000), 15'000, 1'000'000);
  EXPECT_EQ(p.next_send_at(), at(25'000));
  EXPECT_FALSE(p.may_send(at(24'999)));
  EXPECT_TRUE(p.may_send(at(25'000)));
}

TEST(Pacer, WithoutARateNothingWaits) {
  Pacer p;
  p.on_sent(at(10'000), 1'000'000, 0);
  EXPECT_TRUE(p.may_send(at(10'000)));
}

TEST(Pacer, ATimerThatComesLateCostsNoRate) {
  Pacer p;
  int64_t now = 100'000;
  for (int i = 0; i < 1000; ++i) {
    p.on_sent(at(now), 1'000, 1'000'000);  // 1 ms each
    p.on_held_back();
    now = p.next_send_at().us() + 300;  // each time 300 us late
  }
  EXPECT_NEAR(static_cast<double>(now), 100'000 + 1000 * 1000, 1'500);
}

TEST(Pacer, LatenessOfSeveralPiecesIsMadeUpForByAsMany) {
  Pacer p;
  p.on_sent(at(0), 100, 1'000'000);  // 100 us
  p.on_held_back();
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(p.may_send(at(430))) << i;
    p.on_sent(at(430), 100, 1'000'000);
  }
  EXPECT_EQ(p.next_send_at(), at(500));
}

// An ACK comes 430 us after the window was full.
TEST(Pacer, TextThatTheWindowHeldBackIsNotLate) {
  Pacer p;
  p.on_sent(at(0), 100, 1'000'000);
  p.on_sent(at(430), 100, 1'000'000);
  EXPECT_EQ(p.next_send_at(), at(530));
}

TEST(Pacer, IdlenessEarnsNoBurst) {
  Pacer p;
  p.on_sent(at(0), 1'000, 1'000'000);
  p.on_held_back();
  p.on_sent(at(5'000'000), 10'000, 1'000'000);
  EXPECT_EQ(p.next_send_at(), at(5'009'000)) << "a millisecond at most";
}

TEST(Pacer, FractionsOfAMicrosecondAddUp) {
  Pacer p;
  for (int i = 0; i < 1000; ++i) p.on_sent(at(1'000'000), 1'500, 1'250'000'000);  // 1.2 us each
  EXPECT_EQ(p.next_send_at(), at(1'000'000 + 1'200));
}

TEST(Pacer, AVerySlowRateDelaysByAMinuteAtMost) {
  Pacer p;
  p.on_sent(at(1'000), 1u << 30, 1);
  EXPECT_EQ(p.next_send_at(), at(60'001'000));
}

}  // namespace
}  // namespace tapstack::transport::tcp
