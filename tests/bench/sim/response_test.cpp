#include "tests/bench/sim/response.h"

#include <gtest/gtest.h>

namespace tapstack::bench {
namespace {

constexpr double kSegmentBits = 1448 * 8;

ModelPath path(double loss, double round_trip_s) { return {1e12, round_trip_s, loss, 1448}; }

double segments_per_round_trip(double bits_per_second, double round_trip_s) {
  return bits_per_second * round_trip_s / kSegmentBits;
}

// RFC 9438 5.2, table 1 (RTT 0.1 s): Reno's 1.2 / sqrt(p).
TEST(Response, RenoWithoutTimeoutsIsThatOfTheTableInRfc9438) {
  EXPECT_NEAR(segments_per_round_trip(reno_response(path(1e-4, 0.1), 0), 0.1), 120, 4);
  EXPECT_NEAR(segments_per_round_trip(reno_response(path(1e-6, 0.1), 0), 0.1), 1200, 30);
}

// The same table and table 2 (RTT 0.01 s).
TEST(Response, CubicIsThatOfTheTablesInRfc9438) {
  EXPECT_NEAR(segments_per_round_trip(cubic_response(path(1e-4, 0.1), 0.3), 0.1), 187, 2);
  EXPECT_NEAR(segments_per_round_trip(cubic_response(path(1e-6, 0.1), 0.3), 0.1), 5926, 30);
  EXPECT_NEAR(segments_per_round_trip(cubic_response(path(1e-8, 0.01), 0.2), 0.01), 33325, 200);
}

TEST(Response, CubicIsAtLeastReno) {
  EXPECT_EQ(cubic_response(path(0.01, 0.01), 0.2), reno_response(path(0.01, 0.01), 0.2));
}

// Padhye and others 1998 (31): at 5 % and an RTO of 3 RTTs time-outs cost about a third.
TEST(Response, TimeoutsMatterAtHighLoss) {
  EXPECT_LT(reno_response(path(0.05, 0.1), 0.3), 0.75 * reno_response(path(0.05, 0.1), 0));
  EXPECT_GT(reno_response(path(0.0001, 0.1), 0.3), 0.99 * reno_response(path(0.0001, 0.1), 0));
}

TEST(Response, NobodyIsExpectedToExceedThePath) {
  ModelPath slow = path(1e-6, 0.01);
  slow.rate_bits_per_second = 1e6;
  for (const char* name : {"reno", "cubic", "bbr"}) {
    EXPECT_NEAR(expected_bits_per_second(name, slow), 1e6, 2) << name;
  }
}

}  // namespace
}  // namespace tapstack::bench
