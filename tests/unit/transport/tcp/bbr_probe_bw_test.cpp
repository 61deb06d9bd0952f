// core/transport/tcp/bbr_probe_bw.cpp: the cycle of probing (draft-ietf-ccwg-bbr 5.3.3).
#include <gtest/gtest.h>

#include "tests/unit/transport/tcp/bbr_flow.h"

namespace tapstack::transport::tcp {
namespace {

struct ProbeBw : testing::Test {
  ProbeBw() { f.reach_probe_bw(); }
  BbrFlow f;
};

TEST_F(ProbeBw, BeginsWithDown) { EXPECT_EQ(f.bbr.state(), BbrState::kProbeDown); }

TEST_F(ProbeBw, DownLastsUntilNoMoreThanTheProductIsInFlight) {
  f.round(BbrFlow::kRate, BbrFlow::kBdp + 1);
  EXPECT_EQ(f.bbr.state(), BbrState::kProbeDown);
  f.round(BbrFlow::kRate, BbrFlow::kBdp);
  EXPECT_EQ(f.bbr.state(), BbrState::kProbeCruise);
}

TEST_F(ProbeBw, DownGoesOnToRefillWhenTheTimeIsUp) {
  const Instant began = f.now;
  while (f.bbr.state() == BbrState::kProbeDown) f.round(BbrFlow::kRate, 2 * BbrFlow::kBdp);
  EXPECT_EQ(f.bbr.state(), BbrState::kProbeRefill);
  EXPECT_GT(f.now - began, Duration::s(2));
  EXPECT_LE(f.now - began, Duration::ms(3100));
}

TEST_F(ProbeBw, RefillLastsARound) {
  ASSERT_TRUE(f.reach(BbrState::kProbeRefill));
  f.round();
  EXPECT_EQ(f.bbr.state(), BbrState::kProbeUp);
}

TEST_F(ProbeBw, UpEndsWhenThreeRoundsBringNoMore) {
  ASSERT_TRUE(f.reach(BbrState::kProbeUp));
  f.rounds(2);
  EXPECT_EQ(f.bbr.state(), BbrState::kProbeUp);
  f.round();
  EXPECT_EQ(f.bbr.state(), BbrState::kProbeDown);
}

TEST_F(ProbeBw, UpFindsMoreBandwidth) {
  ASSERT_TRUE(f.reach(BbrState::kProbeUp));
  f.round(BbrFlow::kRate * 5 / 4);
  f.round(BbrFlow::kRate * 25 / 16);
  EXPECT_EQ(f.bbr.state(), BbrState::kProbeUp);
  EXPECT_EQ(f.bbr.model().bw_bytes_per_s(), BbrFlow::kRate * 25 / 16);
}

TEST_F(ProbeBw, UpGoesOnWhileTheProgramIsTheLimit) {
  ASSERT_TRUE(f.reach(BbrState::kProbeUp));
  for (int i = 0; i < 10; ++i) {
    AckSample s = f.round_sample(BbrFlow::kRate, BbrFlow::kBdp / 2);
    s.rate.is_app_limited = true;
    f.ack(s);
  }
  EXPECT_EQ(f.bbr.state(), BbrState::kProbeUp);
}

TEST_F(ProbeBw, TooMuchLossEndsUpAndBoundsWhatMayBeInFlight) {
  ASSERT_TRUE(f.reach(BbrState::kProbeUp));
  f.lose(100 * BbrFlow::kMss, 2 * BbrFlow::kMss);  // 2 %: still allowed
  EXPECT_EQ(f.bbr.state(), BbrState::kProbeUp);
  f.lose(100 * BbrFlow::kMss, 3 * BbrFlow::kMss);
  EXPECT_EQ(f.bbr.state(), BbrState::kProbeDown);
  EXPECT_EQ(f.bbr.inflight_longterm_bytes(), 99 * BbrFlow::kMss);  // before this segment
}

TEST_F(ProbeBw, UpRaisesTheBoundForAsLongAsItIsTheLimit) {  // ProbeInflightLongtermUpward()
  ASSERT_TRUE(f.reach(BbrState::kProbeUp));
  f.lose(150 * BbrFlow::kMss, 10 * BbrFlow::kMss);
  const uint32_t bound = f.bbr.inflight_longterm_bytes();
  ASSERT_TRUE(f.reach(BbrState::kProbeUp));
  f.is_cwnd_limited = true;
  f.rounds(3);  // without a bound these end the probe
  EXPECT_EQ(f.bbr.state(), BbrState::kProbeUp);
  EXPECT_GT(f.bbr.inflight_longterm_bytes(), bound);
}

TEST_F(ProbeBw, AProbeAfterOneThatWentTooHighStopsAtTheBound) {  // 5.3.3.4.2
  ASSERT_TRUE(f.reach(BbrState::kProbeUp));
  f.lose(150 * BbrFlow::kMss, 10 * BbrFlow::kMss);
  const uint32_t bound = f.bbr.inflight_longterm_bytes();
  ASSERT_EQ(f.bbr.state(), BbrState::kProbeDown);
  ASSERT_TRUE(f.reach(BbrState::kProbeUp));
  f.round(BbrFlow::kRate, bound);
  EXPECT_EQ(f.bbr.state(), BbrState::kProbeDown);
  f.round(BbrFlow::kRate, BbrFlow::kBdp / 2);  // a round without loss: at once again, and on
  EXPECT_EQ(f.bbr.state(), BbrState::kProbeRefill);
}

}  // namespace
}  // namespace tapstack::transport::tcp
