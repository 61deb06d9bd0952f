#include "transport/tcp/bbr_probe_rtt.h"

#include <gtest/gtest.h>

#include "tests/unit/support/instants.h"

namespace tapstack::transport::tcp {
namespace {

using Step = BbrProbeRtt::Step;

using test::at_ms;

TEST(BbrProbeRtt, TheTimeRunsFromWhenLittleIsInFlight) {
  BbrProbeRtt p;
  EXPECT_EQ(p.on_ack(at_ms(0), false, true), Step::kNone);
  EXPECT_EQ(p.on_ack(at_ms(50), true, false), Step::kBegun);
  EXPECT_FALSE(p.is_over(at_ms(250)));
  EXPECT_TRUE(p.is_over(at_ms(251)));
}

TEST(BbrProbeRtt, LastsARoundAtLeast) {
  BbrProbeRtt p;
  p.on_ack(at_ms(0), true, false);
  EXPECT_EQ(p.on_ack(at_ms(300), true, false), Step::kNone);
  EXPECT_EQ(p.on_ack(at_ms(400), true, true), Step::kOver);
}

TEST(BbrProbeRtt, Lasts200MillisecondsAtLeast) {  // BBR.ProbeRTTDuration
  BbrProbeRtt p;
  p.on_ack(at_ms(0), true, false);
  EXPECT_EQ(p.on_ack(at_ms(20), true, true), Step::kNone);
  EXPECT_EQ(p.on_ack(at_ms(200), true, false), Step::kNone);
  EXPECT_EQ(p.on_ack(at_ms(201), true, false), Step::kOver);
}

}  // namespace
}  // namespace tapstack::transport::tcp
