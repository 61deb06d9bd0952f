#include "transport/tcp/congestion.h"

#include <gtest/gtest.h>

#include "tests/unit/support/instants.h"

namespace tapstack::transport::tcp {
namespace {

constexpr uint32_t kMss = 1000;
constexpr Duration kRto = Duration::ms(200);

using test::at_ms;

// A connection that always has text to send: each ACK lets it fill the window again.
struct Transfer {
  explicit Transfer(CongestionAlgorithm algorithm = CongestionAlgorithm::kNewReno) {
    c.start(algorithm, kMss, false);
    fill();
  }
  void fill() {
    if (nxt.since(una) < c.cwnd_bytes()) nxt = una + c.cwnd_bytes();
    output_end(true);
  }
  // Has `bytes` outstanding and nothing more to send.
  void send_only(uint32_t bytes) {
    nxt = una + bytes;
    output_end(false);
  }
  void output_end(bool is_limited) {
    c.on_output_end({at_ms(now_ms), una, nxt, nxt.since(una), is_limited, true, kRto});
  }
  void ack(uint32_t bytes, bool is_in_recovery = false) {
    una = una + bytes;
    tell(bytes, bytes, is_in_recovery);
  }
  // A duplicate ACK that reports `bytes` beyond a hole.
  void sack(uint32_t bytes) { tell(0, bytes, false); }
  void tell(uint32_t acked, uint32_t delivered, bool is_in_recovery) {
    AckSample s;
    s.now = at_ms(now_ms);
    s.una = una;
    s.nxt = nxt;
    s.acked_bytes = acked;
    s.delivered_bytes = delivered;
    s.pipe_bytes = nxt.since(una);
    s.flight_bytes = s.pipe_bytes + delivered;
    s.is_in_recovery = is_in_recovery;
    c.on_ack(s);
  }

  Congestion c;
  SeqNumber una{1}, nxt{1};
  int64_t now_ms = 0;
};

TEST(Congestion, InitialWindowIsTenSegments) { EXPECT_EQ(Transfer().c.cwnd_bytes(), 10 * kMss); }

TEST(Congestion, InitialWindowOfLargeSegmentsIsTwoOfThem) {  // RFC 6928 (1)
  Congestion c;
  c.start(CongestionAlgorithm::kNewReno, 9000, false);
  EXPECT_EQ(c.cwnd_bytes(), 18'000u);
}

TEST(Congestion, ALostSynStartsWithOneSegment) {  // RFC 5681 3.1
  Congestion c;
  c.start(CongestionAlgorithm::kNewReno, kMss, true);
  EXPECT_EQ(c.cwnd_bytes(), kMss);
}

TEST(Congestion, SlowStartDoublesInARoundTrip) {  // RFC 9293 MUST-19
  Transfer f;
  f.ack(10 * kMss);
  EXPECT_EQ(f.c.cwnd_bytes(), 20 * kMss);
}

TEST(Congestion, LossHalvesTheWindow) {  // RFC 5681 (4), MUST-19
  Transfer f;
  f.c.on_loss(Instant());
  EXPECT_EQ(f.c.ssthresh_bytes(), 5 * kMss);
  EXPECT_EQ(f.c.cwnd_bytes(), 5 * kMss);
}

TEST(Congestion, SsthreshIsAtLeastTwoSegments) {
  Transfer f;
  f.c.on_loss(Instant());
  f.c.on_loss(Instant());
  f.c.on_loss(Instant());
  EXPECT_EQ(f.c.ssthresh_bytes(), 2 * kMss);
}

TEST(Congestion, AnEcnEchoReducesByAFifth) {  // RFC 8511 4.1
  Transfer f;
  f.c.on_ecn(Instant());
  EXPECT_EQ(f.c.ssthresh_bytes(), 8 * kMss);
  EXPECT_EQ(f.c.cwnd_bytes(), 8 * kMss);
}

TEST(Congestion, AvoidanceAddsOneSegmentAWindow) {  // RFC 9293 MUST-19
  Transfer f;
  f.c.on_loss(Instant());
  f.c.on_recovered();
  f.una = f.nxt;
  f.fill();
  for (int i = 0; i < 5; ++i) f.ack(kMss);
  EXPECT_EQ(f.c.cwnd_bytes(), 6 * kMss);
}

TEST(Congestion, AWindowNotInUseDoesNotGrow) {  // RFC 7661
  Transfer f;
  f.una = f.nxt;
  f.send_only(5 * kMss);
  f.ack(5 * kMss);
  EXPECT_EQ(f.c.cwnd_bytes(), 10 * kMss);
}

TEST(Congestion, SlowStartGrowsWhileMoreThanHalfTheWindowIsUsed) {  // RFC 7661 4.1
  Transfer f;
  f.una = f.nxt;
  f.send_only(6 * kMss);
  f.ack(6 * kMss);
  EXPECT_EQ(f.c.cwnd_bytes(), 16 * kMss);
}

TEST(Congestion, InFastRecoveryTheWindowDoesNotGrow) {
  Transfer f;
  f.c.on_loss(Instant());
  f.ack(3 * kMss, true);
  EXPECT_EQ(f.c.cwnd_bytes(), 5 * kMss);
}

TEST(Congestion, ADuplicateAckDoesNotGrowTheWindow) {  // RFC 5681 3.2
  for (const auto algorithm : {CongestionAlgorithm::kNewReno, CongestionAlgorithm::kCubic}) {
    Transfer f(algorithm);
    f.sack(kMss);
    EXPECT_EQ(f.c.cwnd_bytes(), 10 * kMss);
    f.c.on_loss(Instant());
    f.c.on_recovered();
    const uint32_t cwnd = f.c.cwnd_bytes();
    for (int i = 0; i < 20; ++i) f.sack(kMss);
    EXPECT_EQ(f.c.cwnd_bytes(), cwnd);
  }
}

TEST(Congestion, PrrsWindowHoldsUntilRecoveryEnds) {
  Transfer f;
  f.c.on_loss(Instant());
  f.c.on_recovery_window(9 * kMss);
  EXPECT_EQ(f.c.cwnd_bytes(), 9 * kMss);
  f.c.on_recovered();
  EXPECT_EQ(f.c.cwnd_bytes(), 5 * kMss);
}

TEST(Congestion, ATimeoutLeavesOneSegment) {  // RFC 9293 MUST-19
  Transfer f;
  f.c.on_timeout(Instant(), false);
  EXPECT_EQ(f.c.cwnd_bytes(), kMss);
  EXPECT_EQ(f.c.ssthresh_bytes(), 5 * kMss);
}

TEST(Congestion, ATimeoutUnderCubicLeavesOneSegmentAndTheAimAtSevenTenths) {  // RFC 9438 4.8
  Transfer f(CongestionAlgorithm::kCubic);
  f.c.on_timeout(Instant(), false);
  EXPECT_EQ(f.c.cwnd_bytes(), kMss);
  EXPECT_EQ(f.c.ssthresh_bytes(), 7 * kMss);
}

TEST(Congestion, ARepeatedTimeoutLeavesSsthreshAlone) {  // RFC 5681 3.1
  Transfer f;
  f.c.on_timeout(Instant(), false);
  f.c.on_timeout(Instant(), true);
  EXPECT_EQ(f.c.ssthresh_bytes(), 5 * kMss);
}

TEST(Congestion, UndoBringsTheWindowBackOnce) {
  Transfer f;
  const uint32_t ssthresh = f.c.ssthresh_bytes();
  f.c.on_timeout(Instant(), false);
  f.c.on_undo();
  EXPECT_EQ(f.c.cwnd_bytes(), 10 * kMss);
  EXPECT_EQ(f.c.ssthresh_bytes(), ssthresh);
  f.c.on_recovery_window(kMss);
  f.c.on_undo();
  EXPECT_EQ(f.c.cwnd_bytes(), kMss);
}

TEST(Congestion, EachIdleTimeoutHalvesTheWindowDownToTheInitialOne) {
  Transfer f;
  for (int i = 0; i < 3; ++i) {
    f.ack(f.c.cwnd_bytes());
    f.fill();
  }
  ASSERT_EQ(f.c.cwnd_bytes(), 80 * kMss);
  f.c.on_restart(at_ms(500), at_ms(0), kRto);  // idle for 2.5 RTO
  EXPECT_EQ(f.c.cwnd_bytes(), 20 * kMss);
  f.c.on_restart(at_ms(5500), at_ms(500), kRto);
  EXPECT_EQ(f.c.cwnd_bytes(), 10 * kMss);
}

TEST(Congestion, APauseOfLessThanAnRtoLeavesTheWindow) {
  Transfer f;
  f.ack(10 * kMss);
  f.c.on_restart(at_ms(200), at_ms(0), kRto);
  EXPECT_EQ(f.c.cwnd_bytes(), 20 * kMss);
}

TEST(Congestion, BbrPacesAndTheMaximumRateHoldsForIt) {
  Transfer f(CongestionAlgorithm::kBbr);
  EXPECT_GT(f.c.pacing_bytes_per_s(), 1'000'000u);
  f.c.set_max_pacing_rate(1'000'000);
  EXPECT_EQ(f.c.pacing_bytes_per_s(), 1'000'000u);
}

TEST(Congestion, BbrDoesNotLetPrrOrALossDecideItsWindow) {
  Transfer f(CongestionAlgorithm::kBbr);
  EXPECT_FALSE(f.c.uses_prr());
  f.c.on_loss(Instant());
  f.c.on_recovered();
  EXPECT_EQ(f.c.cwnd_bytes(), 10 * kMss);
}

TEST(Congestion, BbrLeavesOneSegmentAfterATimeoutAndComesBackWithTheNextAck) {
  Transfer f(CongestionAlgorithm::kBbr);
  f.c.on_timeout(Instant(), false);
  EXPECT_EQ(f.c.cwnd_bytes(), kMss);
  f.ack(kMss);
  EXPECT_GE(f.c.cwnd_bytes(), 10 * kMss);
}

TEST(Congestion, UndoBringsBbrsWindowBackAtOnce) {
  Transfer f(CongestionAlgorithm::kBbr);
  f.c.on_timeout(Instant(), false);
  f.c.on_undo();
  EXPECT_EQ(f.c.cwnd_bytes(), 10 * kMss);
}

TEST(Congestion, IdlenessLeavesBbrsWindow) {
  Transfer f(CongestionAlgorithm::kBbr);
  f.c.on_restart(at_ms(60'000), at_ms(0), kRto);
  EXPECT_EQ(f.c.cwnd_bytes(), 10 * kMss);
}

TEST(Congestion, ChangingTheAlgorithmKeepsTheWindow) {
  Transfer f;
  f.ack(10 * kMss);
  for (const auto next : {CongestionAlgorithm::kBbr, CongestionAlgorithm::kCubic}) {
    f.c.change_algorithm(next);
    EXPECT_EQ(f.c.algorithm(), next);
    EXPECT_EQ(f.c.cwnd_bytes(), 20 * kMss);
  }
}

TEST(Congestion, UnpacedUnlessAMaximumRateIsSet) {
  Congestion c;
  c.start(CongestionAlgorithm::kNewReno, kMss, false);
  EXPECT_EQ(c.pacing_bytes_per_s(), 0u);
  c.set_max_pacing_rate(10'000'000);
  EXPECT_EQ(c.pacing_bytes_per_s(), 10'000'000u);
  EXPECT_EQ(c.send_quantum_bytes(), 10'000u);  // a millisecond's worth
}

}  // namespace
}  // namespace tapstack::transport::tcp
