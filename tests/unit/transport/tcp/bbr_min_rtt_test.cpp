#include "transport/tcp/bbr_min_rtt.h"

#include <gtest/gtest.h>

namespace tapstack::transport::tcp {
namespace {

Instant at_s(int64_t s) { return Instant::from_us(s * 1'000'000); }

struct Estimate : testing::Test {
  Estimate() { rtt.start(at_s(0)); }
  BbrMinRtt rtt;
};

TEST_F(Estimate, TheLeastCounts) {
  EXPECT_FALSE(rtt.has_sample());
  rtt.update(at_s(1), Duration::ms(30));
  rtt.update(at_s(2), Duration::ms(20));
  rtt.update(at_s(3), Duration::ms(40));
  EXPECT_EQ(rtt.min_rtt(), Duration::ms(20));
}

TEST_F(Estimate, AnAckWithoutASampleChangesNothing) {
  rtt.update(at_s(1), Duration::ms(30));
  rtt.update(at_s(2), Duration::us(-1));
  EXPECT_EQ(rtt.min_rtt(), Duration::ms(30));
}

TEST_F(Estimate, AfterFiveSecondsWithoutALowerOneAProbeIsDue) {
  rtt.update(at_s(1), Duration::ms(20));
  rtt.update(at_s(6), Duration::ms(25));
  EXPECT_FALSE(rtt.is_probe_due());
  rtt.update(at_s(7), Duration::ms(25));
  EXPECT_TRUE(rtt.is_probe_due());
}

TEST_F(Estimate, AfterTenSecondsALongerPathIsBelieved) {
  rtt.update(at_s(1), Duration::ms(20));
  rtt.update(at_s(7), Duration::ms(50));
  EXPECT_EQ(rtt.min_rtt(), Duration::ms(20));
  rtt.update(at_s(12), Duration::ms(60));
  EXPECT_EQ(rtt.min_rtt(), Duration::ms(50));
}

TEST_F(Estimate, AfterAProbeTheNextIsDueAnIntervalLater) {
  rtt.update(at_s(7), Duration::ms(20));
  rtt.schedule(at_s(8));
  rtt.update(at_s(13), Duration::ms(25));
  EXPECT_FALSE(rtt.is_probe_due());
}

}  // namespace
}  // namespace tapstack::transport::tcp
