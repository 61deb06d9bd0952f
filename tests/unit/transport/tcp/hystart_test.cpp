#include "transport/tcp/hystart.h"

#include <gtest/gtest.h>

namespace tapstack::transport::tcp {
namespace {

using Growth = HyStart::Growth;

// Rounds of nine segments, one ACK each.
struct Rounds {
  Rounds() { h.on_ack(una, una + 9000, Duration::us(-1)); }
  Growth ack(int64_t rtt_ms) {
    una = una + 1000;
    last = h.on_ack(una, una + 9000, Duration::ms(rtt_ms));
    return last;
  }
  Growth round(int64_t rtt_ms) {
    for (int i = 0; i < 9; ++i) ack(rtt_ms);
    return last;
  }
  HyStart h;
  SeqNumber una{1};
  Growth last = Growth::kFull;
};

TEST(HyStart, AConstantRoundTripKeepsSlowStart) {
  Rounds r;
  for (int i = 0; i < 20; ++i) EXPECT_EQ(r.round(40), Growth::kFull);
}

TEST(HyStart, ARiseByAnEighthBeginsConservativeGrowth) {  // RFC 9406 4.2 RttThresh
  Rounds r;
  r.round(80);
  r.round(80);
  EXPECT_EQ(r.round(89), Growth::kFull);           // of 80: less than 10
  EXPECT_EQ(r.round(101), Growth::kConservative);  // of 89: more than 11.1
}

TEST(HyStart, ARiseOfLessThanFourMillisecondsIsNoise) {  // MIN_RTT_THRESH
  Rounds r;
  r.round(1);
  EXPECT_EQ(r.round(4), Growth::kFull);
  EXPECT_EQ(r.round(8), Growth::kConservative);
}

TEST(HyStart, ARiseOfSixteenMillisecondsIsAlwaysOne) {  // MAX_RTT_THRESH
  Rounds r;
  r.round(400);
  EXPECT_EQ(r.round(416), Growth::kConservative);
}

TEST(HyStart, FewerThanEightSamplesDecideNothing) {  // N_RTT_SAMPLE
  Rounds r;
  r.round(40);
  r.round(40);
  for (int i = 0; i < 7; ++i) EXPECT_EQ(r.ack(80), Growth::kFull);
  EXPECT_EQ(r.ack(80), Growth::kConservative);
}

TEST(HyStart, ALowerRoundTripResumesSlowStart) {
  Rounds r;
  r.round(40);
  r.round(80);
  ASSERT_EQ(r.last, Growth::kConservative);
  EXPECT_EQ(r.round(60), Growth::kFull);
}

TEST(HyStart, FiveConservativeRoundsEndSlowStart) {  // CSS_ROUNDS; the first, partial, one counts
  Rounds r;
  r.round(40);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(r.round(80), Growth::kConservative);
  EXPECT_EQ(r.round(80), Growth::kDone);
}

TEST(HyStart, AcksWithoutASampleCountForRoundsOnly) {
  Rounds r;
  r.round(40);
  for (int i = 0; i < 100; ++i) {
    r.una = r.una + 1000;
    EXPECT_EQ(r.h.on_ack(r.una, r.una + 9000, Duration::us(-1)), Growth::kFull);
  }
}

}  // namespace
}  // namespace tapstack::transport::tcp
