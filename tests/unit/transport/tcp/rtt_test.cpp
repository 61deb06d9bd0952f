#include "transport/tcp/rtt.h"

#include <gtest/gtest.h>

namespace tapstack::transport::tcp {
namespace {

TEST(Rtt, StartsAtOneSecond) { EXPECT_EQ(Rtt().rto(), Duration::s(1)); }

TEST(Rtt, FirstSampleSetsSrttAndHalfAsVariance) {  // RFC 6298 2.2
  Rtt r;
  r.on_sample(Duration::ms(100));
  EXPECT_EQ(r.srtt(), Duration::ms(100));
  EXPECT_EQ(r.rttvar(), Duration::ms(50));
  EXPECT_EQ(r.rto(), Duration::ms(300));  // 100 + max(200, 4 * 50)
}

TEST(Rtt, LaterSamplesAreSmoothed) {  // RFC 6298 2.3
  Rtt r;
  r.on_sample(Duration::us(80'000));
  r.on_sample(Duration::us(160'000));
  EXPECT_EQ(r.rttvar().us(), 40'000 * 3 / 4 + 80'000 / 4);
  EXPECT_EQ(r.srtt().us(), 80'000 * 7 / 8 + 160'000 / 8);
}

TEST(Rtt, TheFloorIsAddedToSrtt) {
  Rtt r;
  for (int i = 0; i < 100; ++i) r.on_sample(Duration::us(100));
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
  r.on_sample(Duration::ms(10));
  EXPECT_EQ(r.backoff(), 0);
}

TEST(Rtt, ALostSynRaisesTheInitialRtoToThreeSeconds) {  // RFC 6298 5.7
  Rtt r;
  r.on_handshake_retransmitted();
  EXPECT_EQ(r.rto(), Duration::s(3));
}

TEST(Rtt, NegativeSamplesCountAsZero) {
  Rtt r;
  r.on_sample(Duration::ms(-5));
  EXPECT_EQ(r.srtt(), Duration::us(0));
}

}  // namespace
}  // namespace tapstack::transport::tcp
