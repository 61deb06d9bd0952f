#include "transport/tcp/ack_policy.h"

#include <gtest/gtest.h>

namespace tapstack::transport::tcp {
namespace {

constexpr Instant kNow = Instant::from_us(10'000'000);

// Past the quick ACKs of the start.
AckPolicy settled() {
  AckPolicy p;
  p.start(1448);
  for (int i = 0; i < 16; ++i) {
    p.on_text(1448, kNow, false);
    p.on_ack_sent();
  }
  return p;
}

TEST(AckPolicy, TheFirstSegmentsAreAcknowledgedAtOnce) {
  AckPolicy p;
  p.start(1448);
  p.on_text(1448, kNow, false);
  EXPECT_TRUE(p.is_now());
}

TEST(AckPolicy, ThenOneSegmentWaitsFortyMilliseconds) {
  AckPolicy p = settled();
  p.on_text(1448, kNow, false);
  EXPECT_FALSE(p.is_now());
  EXPECT_EQ(p.deadline(), kNow + Duration::ms(40));
}

TEST(AckPolicy, TheSecondFullSegmentIsAcknowledgedAtOnce) {  // RFC 5681 4.2
  AckPolicy p = settled();
  p.on_text(1448, kNow, false);
  p.on_text(1448, kNow, false);
  EXPECT_TRUE(p.is_now());
}

TEST(AckPolicy, ASuperframeIsAcknowledgedAtOnce) {
  AckPolicy p = settled();
  p.on_text(65'160, kNow, false);
  EXPECT_TRUE(p.is_now());
}

TEST(AckPolicy, SendingTextEndsTheQuickStart) {
  AckPolicy p;
  p.start(1448);
  p.on_text(10, kNow, false);
  p.on_ack_sent();
  p.on_text_sent(kNow);
  p.on_text(10, kNow, false);
  EXPECT_FALSE(p.is_now());
}

TEST(AckPolicy, IdlenessBringsQuickAcksBack) {
  AckPolicy p = settled();
  p.on_text(10, kNow + Duration::s(5), false);
  EXPECT_TRUE(p.is_now());
}

TEST(AckPolicy, AnAckThatGoesOutSettlesEverything) {
  AckPolicy p = settled();
  p.on_text(10, kNow, false);
  p.on_ack_sent();
  EXPECT_FALSE(p.is_pending());
}

}  // namespace
}  // namespace tapstack::transport::tcp
