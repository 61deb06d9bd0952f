#include "transport/tcp/duplicate_acks.h"

#include <gtest/gtest.h>

namespace tapstack::transport::tcp {
namespace {

constexpr uint32_t kMss = 1000;

DuplicateAcks counted(int n) {
  DuplicateAcks d;
  for (int i = 0; i < n; ++i) d.on_duplicate();
  return d;
}

TEST(DuplicateAcks, EachSaysThatOneMoreSegmentArrived) {
  EXPECT_EQ(counted(3).received_bytes(10 * kMss, kMss), 3 * kMss);
}

TEST(DuplicateAcks, TheFirstSegmentCannotHaveArrived) {
  EXPECT_EQ(counted(9).received_bytes(3 * kMss, kMss), 2 * kMss);
  EXPECT_EQ(counted(9).received_bytes(0, kMss), 0u);
}

TEST(DuplicateAcks, APartialAckCoversTheLostSegmentAndReportedOnes) {  // RFC 6582 3.2 step 3
  DuplicateAcks d = counted(5);
  d.on_progress(3 * kMss, kMss);
  EXPECT_EQ(d.count(), 3u);
}

TEST(DuplicateAcks, ProgressPastAllOfThemLeavesNone) {
  DuplicateAcks d = counted(2);
  d.on_progress(20 * kMss, kMss);
  EXPECT_EQ(d.count(), 0u);
}

}  // namespace
}  // namespace tapstack::transport::tcp
