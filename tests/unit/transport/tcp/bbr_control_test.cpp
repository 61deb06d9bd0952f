// core/transport/tcp/bbr_control.cpp: rate and window (draft-ietf-ccwg-bbr 5.6).
#include <gtest/gtest.h>

#include "tests/unit/transport/tcp/bbr_flow.h"

namespace tapstack::transport::tcp {
namespace {

TEST(BbrControl, BeforeARoundTripIsKnownItPacesTheInitialWindowOverAMillisecond) {
  BbrFlow f;
  EXPECT_EQ(f.bbr.pacing_bytes_per_s(), 27'700'000u);  // 2.77 * 10 kB / 1 ms
}

TEST(BbrControl, WithTheFirstRoundTripItPacesTheInitialWindowOverIt) {
  BbrFlow f;
  f.round(10 * BbrFlow::kMss, 10 * BbrFlow::kMss);  // slow: 10 kB/s
  EXPECT_EQ(f.bbr.pacing_bytes_per_s(), 277'000u);
}

TEST(BbrControl, StartupPacesAt277PercentLessTheMargin) {
  BbrFlow f;
  f.round();
  EXPECT_EQ(f.bbr.pacing_bytes_per_s(), BbrFlow::kRate * 277 / 100 * 99 / 100);
}

TEST(BbrControl, InStartupTheRateNeverFalls) {
  BbrFlow f;
  f.round();
  const uint64_t rate = f.bbr.pacing_bytes_per_s();
  f.round(BbrFlow::kRate / 10);
  EXPECT_EQ(f.bbr.pacing_bytes_per_s(), rate);
}

TEST(BbrControl, DrainPacesAtHalf) {
  BbrFlow f;
  f.fill_pipe();
  ASSERT_EQ(f.bbr.state(), BbrState::kDrain);
  EXPECT_EQ(f.bbr.pacing_bytes_per_s(), BbrFlow::kRate / 2 * 99 / 100);
}

TEST(BbrControl, TheGainsAreThoseOfTheDraft) {  // the table of 5.6.1
  EXPECT_EQ(gains_of(BbrState::kProbeDown).pacing_percent, 90u);
  EXPECT_EQ(gains_of(BbrState::kProbeCruise).pacing_percent, 100u);
  EXPECT_EQ(gains_of(BbrState::kProbeRefill).pacing_percent, 100u);
  EXPECT_EQ(gains_of(BbrState::kProbeUp).pacing_percent, 125u);
  EXPECT_EQ(gains_of(BbrState::kProbeUp).cwnd_percent, 225u);
  EXPECT_EQ(gains_of(BbrState::kProbeCruise).cwnd_percent, 200u);
  EXPECT_EQ(gains_of(BbrState::kProbeRtt).cwnd_percent, 50u);
}

TEST(BbrControl, TheWindowIsTwiceTheProductAndWhatAggregationAdds) {
  BbrFlow f;
  f.reach_probe_bw();
  f.rounds(3);
  EXPECT_EQ(f.window.cwnd_bytes, 2 * BbrFlow::kBdp + f.bbr.model().extra_acked_bytes());
}

TEST(BbrControl, TheWindowIsAtLeastThreeQuanta) {  // 5.5.8.1; of two segments each
  BbrFlow f;
  for (int i = 0; i < 20; ++i) f.round(10'000, BbrFlow::kMss);
  EXPECT_EQ(f.window.cwnd_bytes, 6 * BbrFlow::kMss);
}

TEST(BbrControl, CruisingLeavesHeadroomBelowTheBound) {
  BbrFlow f;
  f.reach_probe_bw();
  ASSERT_TRUE(f.reach(BbrState::kProbeUp));
  f.lose(100 * BbrFlow::kMss, 3 * BbrFlow::kMss);
  ASSERT_EQ(f.bbr.inflight_longterm_bytes(), 99 * BbrFlow::kMss);
  ASSERT_TRUE(f.reach(BbrState::kProbeCruise));
  EXPECT_EQ(f.window.cwnd_bytes, 99 * BbrFlow::kMss * 85 / 100);
}

}  // namespace
}  // namespace tapstack::transport::tcp
