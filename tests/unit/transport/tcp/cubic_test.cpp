#include "transport/tcp/cubic.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/support/instants.h"

namespace tapstack::transport::tcp {
namespace {

constexpr uint32_t kMssBytes = 1000;

using test::at_ms;

// A connection of `cwnd` segments that loses, and starts its epoch at time 0 with the window that
// remains.
struct Epoch {
  explicit Epoch(uint32_t cwnd_segments, uint32_t rtt_ms = 100) : rtt(Duration::ms(rtt_ms)) {
    w = {cwnd_segments * kMssBytes, 1u << 30, kMssBytes};
    lose();
    ack(1, 0);
  }
  void lose() {
    w.ssthresh_bytes = c.reduce(w, Congested::kLoss);
    w.cwnd_bytes = w.ssthresh_bytes;
  }
  void ack(uint32_t bytes, int64_t ms) { w.cwnd_bytes = c.grow(w, bytes, at_ms(ms), rtt); }
  // A whole window is acknowledged each round trip, `pieces` ACKs each; until `ms`.
  void run(int64_t from_ms, int64_t to_ms, uint32_t pieces) {
    for (int64_t ms = from_ms + rtt.ms(); ms <= to_ms; ms += rtt.ms()) {
      const uint32_t window = w.cwnd_bytes;
      for (uint32_t i = 0; i < pieces; ++i) ack(window / pieces, ms);
    }
  }
  double segments() const { return double{1} * w.cwnd_bytes / kMssBytes; }

  Cubic c;
  CongestionWindow w;
  Duration rtt;
};

TEST(Cubic, CubeRootIsExactAtCubesAndRoundsDownBetween) {
  EXPECT_EQ(cube_root(0), 0u);
  EXPECT_EQ(cube_root(26), 2u);
  EXPECT_EQ(cube_root(27), 3u);
  EXPECT_EQ(cube_root(999'999), 99u);
  EXPECT_EQ(cube_root(1'000'000'000'000'000), 100'000u);
  EXPECT_EQ(cube_root(2'684'354'560'000'000'000), 1'389'781u);
}

TEST(Cubic, ALossLeavesSevenTenths) {  // RFC 9438 4.6
  Cubic c;
  EXPECT_EQ(c.reduce({100 * kMssBytes, 1u << 30, kMssBytes}, Congested::kLoss), 70 * kMssBytes);
  EXPECT_EQ(c.w_max_bytes(), 100 * kMssBytes);
}

TEST(Cubic, AnEcnEchoLeavesEightyFivePercent) {  // RFC 8511 4.2
  Cubic c;
  EXPECT_EQ(c.reduce({100 * kMssBytes, 1u << 30, kMssBytes}, Congested::kEcn), 85 * kMssBytes);
}

TEST(Cubic, SsthreshIsAtLeastTwoSegments) {
  Cubic c;
  EXPECT_EQ(c.reduce({2 * kMssBytes, 1u << 30, kMssBytes}, Congested::kLoss), 2 * kMssBytes);
}

TEST(Cubic, FastConvergenceLowersTheAim) {  // RFC 9438 4.7
  Cubic c;
  c.reduce({100 * kMssBytes, 1u << 30, kMssBytes}, Congested::kLoss);
  c.reduce({80 * kMssBytes, 70 * kMssBytes, kMssBytes}, Congested::kLoss);
  EXPECT_EQ(c.w_max_bytes(), 68 * kMssBytes);  // 80 * (1 + 0.7) / 2
}

// K = cbrt((100 - 70) / 0.4) = 4.217 s.
TEST(Cubic, TheInflectionLiesAtK) {  // RFC 9438 4.2
  const Epoch e(100);
  EXPECT_EQ(e.c.k(), Duration::ms(4217));
  EXPECT_EQ(e.c.window_at(Duration::ms(4217), kMssBytes), 100 * kMssBytes);
}

TEST(Cubic, TheCurveIsTheRfcs) {  // figure 1: W_cubic(t) = 0.4 * (t - K)^3 + W_max
  const Epoch e(100);
  for (const int64_t ms : {0, 1'000, 3'000, 5'000, 8'000, 20'000}) {
    const double d = static_cast<double>(ms) / 1000 - 4.217;
    EXPECT_NEAR(e.c.window_at(Duration::ms(ms), kMssBytes), (0.4 * d * d * d + 100) * kMssBytes, 2)
        << ms;
  }
}

TEST(Cubic, TheCurveEndsAtTheLargestWindow) {
  const Epoch e(100);
  EXPECT_EQ(e.c.window_at(Duration::s(100'000), 65'535), kWindowMax);
}

TEST(Cubic, TheWindowIsBackAfterK) {
  Epoch e(1000);  // K = cbrt(300 / 0.4) = 9.086 s
  e.run(0, 9'000, 100);
  EXPECT_NEAR(e.segments(), 1000, 2);
}

TEST(Cubic, OneAckForAWindowGrowsItAsManyDo) {
  Epoch many(1000), one(1000);
  many.run(0, 12'000, 1000);
  one.run(0, 12'000, 1);
  EXPECT_NEAR(one.segments(), many.segments(), 5);
}

TEST(Cubic, InAShortRoundTripItGrowsAsRenoWould) {  // RFC 9438 4.3
  Epoch e(20, 10);
  const uint32_t before = e.w.cwnd_bytes;
  e.run(0, 100, 14);  // ten round trips, 9/17 of a segment each
  EXPECT_NEAR(e.w.cwnd_bytes - before, 10.0 * kMssBytes * 9 / 17, 0.15 * kMssBytes);
}

TEST(Cubic, BelowAMillisecondItGrowsByASegmentARoundTrip) {  // as Linux within a jiffy
  Epoch e(20);
  e.rtt = Duration::us(900);
  const uint32_t before = e.w.cwnd_bytes;
  for (int rounds = 0; rounds < 5; ++rounds) e.ack(e.w.cwnd_bytes, rounds);
  EXPECT_EQ(e.w.cwnd_bytes - before, 5 * kMssBytes);
}

TEST(Cubic, BeyondTheLastReductionItGrowsByASegmentARoundTrip) {  // RFC 9438 4.3, alpha = 1
  Epoch e(20, 10);
  e.run(0, 130, 14);
  ASSERT_GT(e.c.w_est_bytes(), 20 * kMssBytes);
  const uint32_t before = e.w.cwnd_bytes;
  e.run(130, 180, 20);
  EXPECT_NEAR(e.w.cwnd_bytes - before, 5.0 * kMssBytes, 0.3 * kMssBytes);
}

TEST(Cubic, ItNeverGrowsByMoreThanHalfARoundTrip) {  // RFC 9438 4.2
  Epoch e(10, 1000);
  e.run(0, 60'000, 1);
  const uint32_t before = e.w.cwnd_bytes;
  e.ack(before, 61'000);
  EXPECT_LE(e.w.cwnd_bytes, before + before / 2);
}

TEST(Cubic, FractionsOfAByteAddUp) {
  Epoch e(10'000);  // 7 MB: an ACK of a segment is worth less than a byte near the inflection
  const int64_t near_k = e.c.k().ms() - 300;
  e.ack(1, near_k);
  e.w.cwnd_bytes = e.c.window_at(Duration::ms(near_k), kMssBytes);
  const uint32_t before = e.w.cwnd_bytes;
  for (int i = 0; i < 10'000; ++i) e.ack(kMssBytes, near_k);
  EXPECT_GT(e.w.cwnd_bytes, before);
}

TEST(Cubic, PausesDoNotCount) {  // RFC 9438 5.8
  Epoch e(1000), paused(1000);
  e.run(0, 2'000, 10);
  paused.run(0, 1'000, 10);
  paused.c.on_pause(at_ms(31'000));
  paused.run(31'000, 32'000, 10);
  EXPECT_NEAR(paused.segments(), e.segments(), 1);
}

TEST(Cubic, UndoBringsTheCurveBack) {  // RFC 9438 4.9
  Epoch e(1000);
  e.run(0, 3'000, 10);
  const CongestionWindow before = e.w;
  Cubic untouched = e.c;
  e.lose();
  e.c.undo();
  e.w = before;
  EXPECT_EQ(e.c.k(), untouched.k());
  EXPECT_EQ(e.c.w_max_bytes(), untouched.w_max_bytes());
  EXPECT_EQ(e.c.grow(e.w, 100 * kMssBytes, at_ms(3'100), e.rtt),
            untouched.grow(before, 100 * kMssBytes, at_ms(3'100), e.rtt));
}

// RFC 9438 4.8: K is 0 and W_max the window at which congestion avoidance begins.
TEST(Cubic, AfterATimeoutItStartsAtTheInflection) {
  Cubic c;
  const uint32_t ssthresh = c.reduce({100 * kMssBytes, 1u << 30, kMssBytes}, Congested::kTimeout);
  EXPECT_EQ(ssthresh, 70 * kMssBytes);
  c.grow({ssthresh, ssthresh, kMssBytes}, kMssBytes, at_ms(0), Duration::ms(100));
  EXPECT_EQ(c.k(), Duration());
  EXPECT_EQ(c.w_max_bytes(), 70 * kMssBytes);
}

TEST(Cubic, UndoOfATimeoutBringsTheCurveBack) {  // RFC 9438 4.9.1
  Epoch e(1000);
  const Duration k = e.c.k();
  e.c.reduce(e.w, Congested::kTimeout);
  e.c.undo();
  EXPECT_EQ(e.c.k(), k);
  EXPECT_EQ(e.c.w_max_bytes(), 1000 * kMssBytes);
}

TEST(Cubic, SlowStartLeftWithoutALossStartsAtTheInflection) {  // RFC 9438 4.10
  Cubic c;
  const CongestionWindow w{50 * kMssBytes, 50 * kMssBytes, kMssBytes};
  c.grow(w, kMssBytes, at_ms(0), Duration::ms(100));
  EXPECT_EQ(c.k(), Duration());
  EXPECT_EQ(c.w_max_bytes(), 50 * kMssBytes);
}

// RFC 9438 5.1, figure 8: AVG_W = 1.054 * (RTT / p)^(3/4)... in segments, for losses spaced by 1/p
// segments each, RTT in seconds, where CUBIC is faster than Reno.
TEST(Cubic, TheAverageWindowFollowsTheResponseFunction) {
  const double rtt_s = 0.1, p = 1e-5;
  Epoch e(2000, 100);
  double until_loss = 1 / p, sum = 0;
  int64_t ms = 0;
  int rounds = 0;
  for (int i = 0; i < 40'000; ++i) {
    ms += 100;
    const double segments = e.segments();
    until_loss -= segments;
    if (until_loss <= 0) {
      e.lose();
      until_loss += 1 / p;
    } else {
      for (int k = 0; k < 10; ++k) e.ack(static_cast<uint32_t>(segments * 100), ms);
    }
    if (i >= 10'000) {
      sum += segments;
      ++rounds;
    }
  }
  const double expected = 1.054 * std::pow(rtt_s, 0.75) / std::pow(p, 0.75);
  EXPECT_NEAR(sum / rounds, expected, 0.1 * expected);
}

}  // namespace
}  // namespace tapstack::transport::tcp
