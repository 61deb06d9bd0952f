#include "transport/tcp/bbr.h"

#include <gtest/gtest.h>

#include "tests/unit/transport/tcp/bbr_flow.h"

namespace tapstack::transport::tcp {
namespace {

TEST(Bbr, APlateauOfThreeRoundsEndsStartup) {  // draft-ietf-ccwg-bbr appendix A.1
  BbrFlow f;
  for (int i = 0; i < 3; ++i) f.round(BbrFlow::kRate, 2 * BbrFlow::kBdp);
  EXPECT_EQ(f.bbr.state(), BbrState::kStartup);
  f.round(BbrFlow::kRate, 2 * BbrFlow::kBdp);
  EXPECT_EQ(f.bbr.state(), BbrState::kDrain);
  EXPECT_EQ(f.bbr.model().max_bw_bytes_per_s(), BbrFlow::kRate);
}

TEST(Bbr, StartupGoesOnWhileTheProgramIsTheLimit) {
  BbrFlow f;
  for (int i = 0; i < 20; ++i) {
    AckSample s = f.round_sample(BbrFlow::kRate, 2 * BbrFlow::kBdp);
    s.rate.is_app_limited = true;
    f.ack(s);
  }
  EXPECT_EQ(f.bbr.state(), BbrState::kStartup);
}

TEST(Bbr, DrainEndsWhenNoMoreThanTheProductIsInFlight) {
  BbrFlow f;
  f.fill_pipe();
  f.round(BbrFlow::kRate, BbrFlow::kBdp + 1);
  EXPECT_EQ(f.bbr.state(), BbrState::kDrain);
  f.round(BbrFlow::kRate, BbrFlow::kBdp);
  EXPECT_EQ(f.bbr.state(), BbrState::kProbeCruise);  // ProbeBW_DOWN has nothing left to do
}

TEST(Bbr, DrainEndsAfterThreeRoundsInAnyCase) {
  BbrFlow f;
  f.fill_pipe();
  for (int i = 0; i < 3; ++i) f.round(BbrFlow::kRate, 2 * BbrFlow::kBdp);
  EXPECT_EQ(f.bbr.state(), BbrState::kDrain);
  f.round(BbrFlow::kRate, 2 * BbrFlow::kBdp);
  EXPECT_EQ(f.bbr.state(), BbrState::kProbeDown);
}

TEST(Bbr, AfterFiveSecondsWithoutALowerRoundTripItProbesForOne) {
  BbrFlow f;
  f.reach_probe_bw();
  int rounds = 0;
  for (; rounds < 100 && f.bbr.state() != BbrState::kProbeRtt; ++rounds) {
    AckSample s = f.round_sample(BbrFlow::kRate, BbrFlow::kBdp);
    s.rtt = Duration::ms(BbrFlow::kRoundMs + 1);
    f.ack(s);
  }
  ASSERT_EQ(f.bbr.state(), BbrState::kProbeRtt);
  EXPECT_LE(f.window.cwnd_bytes, BbrFlow::kBdp / 2);  // BBR.ProbeRTTCwndGain
  EXPECT_TRUE(f.bbr.ignores_low_rates());
  f.round(BbrFlow::kRate / 2, BbrFlow::kBdp / 2);
  f.round(BbrFlow::kRate / 2, BbrFlow::kBdp / 2);
  EXPECT_EQ(f.bbr.state(), BbrState::kProbeRtt);
  for (int i = 0; i < 2; ++i) f.round(BbrFlow::kRate / 2, BbrFlow::kBdp / 2);
  EXPECT_EQ(f.bbr.state(), BbrState::kProbeCruise);
  EXPECT_GE(f.window.cwnd_bytes, BbrFlow::kBdp);
}

// A path of 300 ms is not filled in five seconds.
TEST(Bbr, AProbeForTheRoundTripInStartupGoesBackToStartup) {  // 5.3.4.3, ExitProbeRTT()
  BbrFlow f;
  for (int i = 0; i < 60 && f.bbr.state() != BbrState::kProbeRtt; ++i) {
    AckSample s = f.round_sample(BbrFlow::kRate, BbrFlow::kBdp);
    s.rate.is_app_limited = true;
    s.rtt = Duration::ms(BbrFlow::kRoundMs + i);
    f.ack(s);
  }
  ASSERT_EQ(f.bbr.state(), BbrState::kProbeRtt);
  for (int i = 0; i < 4; ++i) {
    AckSample s = f.round_sample(BbrFlow::kRate / 2, 4 * BbrFlow::kMss);
    s.rate.is_app_limited = true;  // as the transport marks all of ProbeRTT
    f.ack(s);
  }
  EXPECT_EQ(f.bbr.state(), BbrState::kStartup);
}

TEST(Bbr, IdlenessPastTheEndOfAProbeForTheRoundTripEndsIt) {  // 5.4.1
  BbrFlow f;
  f.reach_probe_bw();
  while (f.bbr.state() != BbrState::kProbeRtt) {
    AckSample s = f.round_sample(BbrFlow::kRate, BbrFlow::kBdp);
    s.rtt = Duration::ms(BbrFlow::kRoundMs + 1);
    f.ack(s);
  }
  f.round(BbrFlow::kRate / 2, BbrFlow::kBdp / 2);
  EXPECT_GE(f.bbr.on_restart(f.now + Duration::s(1), f.window), BbrFlow::kBdp);
  EXPECT_EQ(f.bbr.state(), BbrState::kProbeCruise);
}

TEST(Bbr, IdlenessIsAsGoodAsAProbeForTheRoundTrip) {  // 5.4.1
  BbrFlow f;
  f.reach_probe_bw();
  f.now = f.now + Duration::s(6);
  f.bbr.on_restart(f.now, f.window);
  f.round(BbrFlow::kRate, BbrFlow::kMss);
  EXPECT_NE(f.bbr.state(), BbrState::kProbeRtt);
}

TEST(Bbr, AfterIdlenessItPacesAtTheBandwidthAndKeepsTheWindow) {
  BbrFlow f;
  f.reach_probe_bw();
  ASSERT_EQ(f.bbr.state(), BbrState::kProbeDown);
  const uint32_t cwnd = f.window.cwnd_bytes;
  EXPECT_EQ(f.bbr.on_restart(f.now + Duration::s(1), f.window), cwnd);
  EXPECT_EQ(f.bbr.pacing_bytes_per_s(), BbrFlow::kRate * 99 / 100);
}

TEST(Bbr, AReceiverThatSendsNothingStaysAsItBegan) {
  BbrFlow f;
  AckSample s;
  s.now = Instant::from_us(60'000'000);
  f.ack(s);
  EXPECT_EQ(f.bbr.state(), BbrState::kStartup);
  EXPECT_EQ(f.window.cwnd_bytes, 10 * BbrFlow::kMss);
}

}  // namespace
}  // namespace tapstack::transport::tcp
