// core/transport/tcp/bbr_loss.cpp: what losses do (draft-ietf-ccwg-bbr 5.3.1.3, 5.5.10, 5.5.11).
#include <gtest/gtest.h>

#include "tests/unit/transport/tcp/bbr_flow.h"

namespace tapstack::transport::tcp {
namespace {

// A round in fast recovery in which `ranges` ACKs find a loss each, `percent` of what was in
// flight.
void lossy_round(BbrFlow& f, int ranges, uint32_t percent) {
  AckSample s = f.round_sample(BbrFlow::kRate, BbrFlow::kBdp);
  s.is_in_recovery = true;
  s.rate.lost_bytes = BbrFlow::kBdp * percent / 100;
  AckSample within = s;
  within.delivered_bytes = 0;
  within.rate.delivered_bytes = 0;
  within.rate.prior_delivered_bytes = 0;
  for (int i = 0; i + 1 < ranges; ++i) {
    f.lose(BbrFlow::kBdp, BbrFlow::kMss);
    f.ack(within);
  }
  f.lose(BbrFlow::kBdp, BbrFlow::kMss);
  f.ack(s);
}

TEST(BbrLoss, SixRangesAndMoreThanTwoPercentEndStartup) {
  BbrFlow f;
  f.round();
  f.bbr.on_recovery(f.window);
  lossy_round(f, 6, 3);
  EXPECT_NE(f.bbr.state(), BbrState::kStartup);
  EXPECT_EQ(f.bbr.inflight_longterm_bytes(), BbrFlow::kBdp);
}

TEST(BbrLoss, FiveRangesDoNotEndStartup) {
  BbrFlow f;
  f.round();
  f.bbr.on_recovery(f.window);
  lossy_round(f, 5, 3);
  EXPECT_EQ(f.bbr.state(), BbrState::kStartup);
}

TEST(BbrLoss, TwoPercentDoNotEndStartup) {
  BbrFlow f;
  f.round();
  f.bbr.on_recovery(f.window);
  lossy_round(f, 6, 2);
  EXPECT_EQ(f.bbr.state(), BbrState::kStartup);
}

TEST(BbrLoss, WithoutSackAnyLossEndsStartup) {
  BbrFlow f;
  f.round();
  AckSample s = f.round_sample(BbrFlow::kRate, BbrFlow::kBdp);
  s.has_sack = false;
  s.is_in_recovery = true;
  f.ack(s);
  EXPECT_NE(f.bbr.state(), BbrState::kStartup);
}

TEST(BbrLoss, WhileCruisingItSlowsToWhatIsDelivered) {
  BbrFlow f;
  f.reach_probe_bw();
  ASSERT_TRUE(f.reach(BbrState::kProbeCruise));
  f.round();
  f.lose(BbrFlow::kBdp, BbrFlow::kMss);
  f.round(BbrFlow::kRate * 9 / 10);
  f.lose(BbrFlow::kBdp, BbrFlow::kMss);
  f.round(BbrFlow::kRate * 9 / 10);
  EXPECT_EQ(f.bbr.model().bw_bytes_per_s(), BbrFlow::kRate * 9 / 10);
  EXPECT_EQ(f.bbr.model().max_bw_bytes_per_s(), BbrFlow::kRate);
}

TEST(BbrLoss, AnEcnMarkCountsAsALoss) {
  BbrFlow f;
  f.reach_probe_bw();
  ASSERT_TRUE(f.reach(BbrState::kProbeCruise));
  f.bbr.on_ecn(f.window);
  f.round();
  EXPECT_LT(f.bbr.model().inflight_shortterm(), BbrModel::kNoBound);
}

TEST(BbrLoss, AfterRecoveryTheWindowIsBack) {
  BbrFlow f;
  f.reach_probe_bw();
  const uint32_t cwnd = f.window.cwnd_bytes;
  f.bbr.on_recovery(f.window);
  f.window.cwnd_bytes = BbrFlow::kMss;  // a time-out
  AckSample s = f.round_sample(10 * BbrFlow::kMss, BbrFlow::kMss);
  s.is_loss_recovery = true;
  f.ack(s);
  EXPECT_LT(f.window.cwnd_bytes, cwnd / 2);
  f.round();
  EXPECT_GE(f.window.cwnd_bytes, cwnd);
}

TEST(BbrLoss, ASpuriousLossGivesStartupBack) {
  BbrFlow f;
  f.round();
  f.bbr.on_recovery(f.window);
  lossy_round(f, 6, 3);
  ASSERT_NE(f.bbr.state(), BbrState::kStartup);
  f.window.cwnd_bytes = f.bbr.on_undo(f.window);
  EXPECT_EQ(f.bbr.state(), BbrState::kStartup);
  EXPECT_EQ(f.bbr.inflight_longterm_bytes(), BbrModel::kNoBound);
}

TEST(BbrLoss, ASpuriousLossBringsTheProbeAndItsBoundsBack) {
  BbrFlow f;
  f.reach_probe_bw();
  ASSERT_TRUE(f.reach(BbrState::kProbeUp));
  f.lose(100 * BbrFlow::kMss, 3 * BbrFlow::kMss);
  f.bbr.on_recovery(f.window);
  ASSERT_EQ(f.bbr.state(), BbrState::kProbeDown);
  f.window.cwnd_bytes = f.bbr.on_undo(f.window);
  EXPECT_EQ(f.bbr.state(), BbrState::kProbeRefill);
  EXPECT_EQ(f.bbr.inflight_longterm_bytes(), BbrModel::kNoBound);
}

}  // namespace
}  // namespace tapstack::transport::tcp
