#include "transport/tcp/congestion_window.h"

#include <gtest/gtest.h>

#include "transport/tcp/new_reno.h"

namespace tapstack::transport::tcp {
namespace {

// A part of a segment may not be sent (RFC 9293 3.8.6.2.1), but would have to be acknowledged.
TEST(CongestionWindow, AReducedWindowIsOfWholeSegments) {
  EXPECT_EQ(whole_segments(7'305, 1460), 7'300u);
  EXPECT_EQ(whole_segments(7'300, 1460), 7'300u);
  EXPECT_EQ(whole_segments(7'299, 1460), 5'840u);
}

TEST(CongestionWindow, AReducedWindowHasTwoSegmentsAtLeast) {  // RFC 5681 (4)
  EXPECT_EQ(whole_segments(0, 1460), 2'920u);
  EXPECT_EQ(new_reno::ssthresh_after_loss(1460, 1460), 2'920u);
  EXPECT_EQ(new_reno::ssthresh_after_loss(7 * 1000, 1000), 3'000u);
  EXPECT_EQ(new_reno::ssthresh_after_ecn(7 * 1000, 1000), 5'000u);  // RFC 8511: 5.6
}

// RFC 3465 2.1: a segment for each window, whatever ACKs tell of it.
TEST(CongestionWindow, RenoGrowsByOneSegmentAWindow) {
  CongestionWindow w{.cwnd_bytes = 3'000, .ssthresh_bytes = 3'000, .mss_bytes = 1000};
  uint32_t counted = 0;
  w.cwnd_bytes = new_reno::grow(w, 2'000, counted);
  EXPECT_EQ(w.cwnd_bytes, 3'000u);
  w.cwnd_bytes = new_reno::grow(w, 1'000, counted);
  EXPECT_EQ(w.cwnd_bytes, 4'000u);
  EXPECT_EQ(counted, 0u);
}

}  // namespace
}  // namespace tapstack::transport::tcp
