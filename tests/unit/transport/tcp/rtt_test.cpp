#include "transport/tcp/rtt.h"

#include <gtest/gtest.h>

namespace tapstack::transport::tcp {
namespace {

// A sample by an ACK that begins a new round.
void sample(Rtt& r, Duration d) {
  static uint32_t round = 0;
  round += 1000;
  r.on_sample({d}, SeqNumber(round), SeqNumber(round));
}

TEST(Rtt, StartsAtOneSecond) { EXPECT_EQ(Rtt().rto(), Duration::s(1)); }

TEST(Rtt, FirstSampleSetsSrttAndHalfAsVariance) {  // RFC 6298 2.2
  Rtt r;
  sample(r, Duration::ms(100));
  EXPECT_EQ(r.srtt(), Duration::ms(100));
  EXPECT_EQ(r.rttvar(), Duration::ms(50));
  EXPECT_EQ(r.rto(), Duration::ms(300));  // 100 + max(200, 4 * 50)
}

TEST(Rtt, LaterSamplesAreSmoothed) {  // RFC 6298 2.3
  Rtt r;
  sample(r, Duration::us(80'000));
  sample(r, Duration::us(160'000));
  EXPECT_EQ(r.rttvar().us(), 40'000 * 3 / 4 + 80'000 / 4);
  EXPECT_EQ(r.srtt().us(), 80'000 * 7 / 8 + 160'000 / 8);
}

TEST(Rtt, TheFloorIsAddedToSrtt) {
  Rtt r;
  for (int i = 0; i < 100; ++i) sample(r, Duration::us(100));
  EXPECT_GE(r.rto(), Duration::ms(200));
  EXPECT_LT(r.rto(), Duration::ms(201));
}

TEST(Rtt, BackoffDoublesUpToTheMaximum) {  // RFC 6298 5.5, 2.5
  Rtt r;
  r.on_timeout();
  EXPECT_EQ(r.rto(), Duration::s(2));
  for (int i = 0; i < 30; ++i) r.on_timeout();
  EXPECT_EQ(r.rto(), Duration::s(120));
}

TEST(Rtt, ASampleEndsTheBackoff) {
  Rtt r;
  r.on_timeout();
  sample(r, Duration::ms(10));
  EXPECT_EQ(r.backoff(), 0);
}

TEST(Rtt, ALostSynRaisesTheInitialRtoToThreeSeconds) {  // RFC 6298 5.7
  Rtt r;
  r.on_handshake_retransmitted();
  EXPECT_EQ(r.rto(), Duration::s(3));
}

TEST(Rtt, WithinARoundTheLargestDeviationCounts) {
  Rtt r;
  r.on_sample({Duration::ms(100)}, SeqNumber(0), SeqNumber(10'000));
  for (uint32_t i = 1; i < 10; ++i) {
    r.on_sample({Duration::ms(100)}, SeqNumber(i * 1000), SeqNumber(10'000 + i));
  }
  EXPECT_EQ(r.rttvar(), Duration::ms(50)) << "ten samples of one round are no ten rounds";
}

TEST(Rtt, RemembersTheShortestRoundTrip) {
  Rtt r;
  sample(r, Duration::ms(30));
  sample(r, Duration::ms(10));
  sample(r, Duration::ms(20));
  EXPECT_EQ(r.min_rtt(), Duration::ms(10));
}

// A tick of the timestamps' clock is 1 ms: a path of 1.9 ms gives 1 or 2.
TEST(Rtt, ACoarseSampleIsNotTheShortestOne) {
  Rtt r;
  r.on_sample({Duration::ms(2), false}, SeqNumber(0), SeqNumber(1));
  EXPECT_EQ(r.min_rtt(), Duration::ms(2)) << "as long as there is no other";
  r.on_sample({Duration::us(2'100)}, SeqNumber(2), SeqNumber(3));
  EXPECT_EQ(r.min_rtt(), Duration::us(2'100));
  r.on_sample({Duration::ms(1), false}, SeqNumber(4), SeqNumber(5));
  EXPECT_EQ(r.min_rtt(), Duration::us(2'100));
}

TEST(Rtt, NegativeSamplesCountAsZero) {
  Rtt r;
  sample(r, Duration::ms(-5));
  EXPECT_EQ(r.srtt(), Duration::us(0));
}

}  // namespace
}  // namespace tapstack::transport::tcp
