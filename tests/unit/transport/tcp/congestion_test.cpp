#include "transport/tcp/congestion.h"

#include <gtest/gtest.h>

namespace tapstack::transport::tcp {
namespace {

constexpr uint32_t kMss = 1000;

Congestion started() {
  Congestion c;
  c.start(CongestionAlgorithm::kNewReno, kMss, false);
  return c;
}
AckSample full(const Congestion& c, uint32_t acked) {
  return {acked, c.cwnd_bytes(), true, Instant()};
}

TEST(Congestion, InitialWindowIsTenSegments) { EXPECT_EQ(started().cwnd_bytes(), 10 * kMss); }

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

TEST(Congestion, SlowStartDoublesInARoundTrip) {
  Congestion c = started();
  c.on_ack(full(c, 10 * kMss));
  EXPECT_EQ(c.cwnd_bytes(), 20 * kMss);
}

TEST(Congestion, LossHalvesTheFlight) {  // RFC 5681 (4)
  Congestion c = started();
  c.on_loss(10 * kMss);
  EXPECT_EQ(c.ssthresh_bytes(), 5 * kMss);
  EXPECT_EQ(c.cwnd_bytes(), 5 * kMss);
}

TEST(Congestion, SsthreshIsAtLeastTwoSegments) {
  Congestion c = started();
  c.on_loss(kMss);
  EXPECT_EQ(c.ssthresh_bytes(), 2 * kMss);
}

TEST(Congestion, AvoidanceAddsOneSegmentAWindow) {
  Congestion c = started();
  c.on_loss(10 * kMss);
  for (int i = 0; i < 5; ++i) c.on_ack(full(c, kMss));
  EXPECT_EQ(c.cwnd_bytes(), 6 * kMss);
}

TEST(Congestion, AWindowNotInUseDoesNotGrow) {  // RFC 7661
  Congestion c = started();
  c.on_loss(20 * kMss);
  c.on_ack({10 * kMss, 10 * kMss, false, Instant()});
  EXPECT_EQ(c.cwnd_bytes(), 10 * kMss);
}

TEST(Congestion, ATimeoutLeavesOneSegment) {
  Congestion c = started();
  c.on_timeout(10 * kMss, false);
  EXPECT_EQ(c.cwnd_bytes(), kMss);
  EXPECT_EQ(c.ssthresh_bytes(), 5 * kMss);
}

TEST(Congestion, ARepeatedTimeoutLeavesSsthreshAlone) {  // RFC 5681 3.1
  Congestion c = started();
  c.on_timeout(10 * kMss, false);
  c.on_timeout(kMss, true);
  EXPECT_EQ(c.ssthresh_bytes(), 5 * kMss);
}

TEST(Congestion, IdlenessFallsBackToTheInitialWindow) {  // RFC 5681 4.1
  Congestion c = started();
  c.on_ack(full(c, 10 * kMss));
  c.on_idle();
  EXPECT_EQ(c.cwnd_bytes(), 10 * kMss);
}

}  // namespace
}  // namespace tapstack::transport::tcp
