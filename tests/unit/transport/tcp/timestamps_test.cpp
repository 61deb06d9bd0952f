#include "transport/tcp/timestamps.h"

#include <gtest/gtest.h>

namespace tapstack::transport::tcp {
namespace {

const Instant kBegin = Instant::from_us(5'000'000);

Timestamps started(uint32_t recent) {
  Timestamps t;
  t.start(700, recent, kBegin);
  t.on_ack_sent(SeqNumber(1000));
  return t;
}

TEST(Timestamps, TickEveryMillisecond) {
  EXPECT_EQ(timestamp_value(Instant::from_us(5'000'000), 700), 5700u);
  EXPECT_EQ(timestamp_value(Instant::from_us(5'001'999), 700), 5701u);
}

TEST(Timestamps, OlderIsRejectedAcrossTheWrap) {  // RFC 7323 5.3 R1
  const Timestamps t = started(5);
  EXPECT_TRUE(t.is_old(0xfffffff0, kBegin));
  EXPECT_FALSE(t.is_old(5, kBegin));
  EXPECT_FALSE(t.is_old(6, kBegin));
}

TEST(Timestamps, NothingIsOldAfterTwentyFourDays) {  // RFC 7323 5.5
  const Timestamps t = started(5);
  EXPECT_FALSE(t.is_old(4, kBegin + Duration::s(24 * 24 * 3600)));
}

TEST(Timestamps, OnlySegmentsThatCoverTheLastAckCount) {  // RFC 7323 4.3 (2)
  Timestamps t = started(5);
  t.on_segment(SeqNumber(1001), 9, kBegin);
  EXPECT_EQ(t.recent(), 5u);
  t.on_segment(SeqNumber(1000), 9, kBegin);
  EXPECT_EQ(t.recent(), 9u);
}

TEST(Timestamps, AnEchoGivesTheRoundTrip) {
  const Timestamps t = started(5);
  EXPECT_EQ(t.round_trip(5690, kBegin), Duration::ms(10));
  EXPECT_EQ(t.round_trip(0, kBegin), std::nullopt);
  EXPECT_EQ(t.round_trip(5701, kBegin), std::nullopt);  // from the future
}

TEST(Timestamps, AnEchoInTheSameTickIsARoundTripOfATick) {
  EXPECT_EQ(started(5).round_trip(5700, kBegin), Duration::ms(1));
}

}  // namespace
}  // namespace tapstack::transport::tcp
