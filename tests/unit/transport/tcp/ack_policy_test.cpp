#include "transport/tcp/ack_policy.h"

#include <gtest/gtest.h>

namespace tapstack::transport::tcp {
namespace {

constexpr Instant kNow = Instant::from_us(10'000'000);

// Past the quick ACKs of the start.
AckPolicy settled() {
  AckPolicy p;
  p.start(1448, false);
  for (int i = 0; i < 16; ++i) {
    p.on_text(1448, kNow);
    p.on_ack_sent();
  }
  return p;
}

TEST(AckPolicy, TheFirstSegmentsAreAcknowledgedAtOnce) {
  AckPolicy p;
  p.start(1448, false);
  p.on_text(1448, kNow);
  EXPECT_TRUE(p.is_now());
}

TEST(AckPolicy, ThenOneSegmentWaitsFortyMilliseconds) {
  AckPolicy p = settled();
  p.on_text(1448, kNow);
  EXPECT_FALSE(p.is_now());
  EXPECT_EQ(p.deadline(), kNow + Duration::ms(40));
}

TEST(AckPolicy, MoreThanOneFullSegmentIsAcknowledgedAtOnce) {
  AckPolicy p = settled();
  p.on_text(1448, kNow);
  p.on_text(1, kNow);
  EXPECT_TRUE(p.is_now());
}

TEST(AckPolicy, TheSecondFullSegmentIsAcknowledgedAtOnce) {  // RFC 5681 4.2
  AckPolicy p = settled();
  p.on_text(1448, kNow);
  p.on_text(1448, kNow);
  EXPECT_TRUE(p.is_now());
}

TEST(AckPolicy, ASuperframeIsAcknowledgedAtOnce) {
  AckPolicy p = settled();
  p.on_text(65'160, kNow);
  EXPECT_TRUE(p.is_now());
}

TEST(AckPolicy, SendingTextEndsTheQuickStart) {
  AckPolicy p;
  p.start(1448, false);
  p.on_text(10, kNow);
  p.on_ack_sent();
  p.on_text_sent(kNow);
  p.on_text(10, kNow);
  EXPECT_FALSE(p.is_now());
}

TEST(AckPolicy, TextThatIsSentBeforeAnyIsReceivedIsNoAnswer) {
  AckPolicy p;
  p.start(1448, false);
  p.on_text_sent(Instant::from_us(0));
  EXPECT_FALSE(p.is_interactive());
}

TEST(AckPolicy, ADelayThatRunsOutEndsInteractiveMode) {
  AckPolicy p;
  p.start(1448, true);
  p.on_text(10, kNow);
  EXPECT_FALSE(p.is_now());
  p.on_timeout();
  p.on_ack_sent();
  p.on_text(10, kNow + Duration::ms(100));
  EXPECT_TRUE(p.is_now());
}

TEST(AckPolicy, ADuplicateBringsQuickAcksBack) {
  AckPolicy p = settled();
  p.set_quick(false);
  p.on_duplicate();
  EXPECT_TRUE(p.is_now());
  p.on_ack_sent();
  p.on_text(10, kNow);
  EXPECT_TRUE(p.is_now());
}

TEST(AckPolicy, QuickModeIsAskedForAndLastsUntilAnAnswer) {  // tcp(7), TCP_QUICKACK
  AckPolicy p;
  p.start(1448, true);
  p.on_text(10, kNow);
  p.set_quick(true);
  EXPECT_TRUE(p.is_now());
  p.on_ack_sent();
  p.on_text_sent(kNow);
  EXPECT_TRUE(p.is_interactive());
}

TEST(AckPolicy, TheAckOfAHandshakeCanWaitForTextToGoWith) {
  AckPolicy p;
  p.start(1448, true);
  p.delay_handshake(kNow);
  EXPECT_EQ(p.deadline(), kNow + Duration::ms(200));
}

TEST(AckPolicy, IdlenessBringsQuickAcksBack) {
  AckPolicy p = settled();
  p.on_text(10, kNow + Duration::s(5));
  EXPECT_TRUE(p.is_now());
}

TEST(AckPolicy, AnAckThatGoesOutSettlesEverything) {
  AckPolicy p = settled();
  p.on_text(10, kNow);
  p.on_ack_sent();
  EXPECT_FALSE(p.is_pending());
}

}  // namespace
}  // namespace tapstack::transport::tcp
