#include "transport/tcp/bbr_long_term.h"

#include <gtest/gtest.h>

namespace tapstack::transport::tcp {
namespace {

constexpr uint32_t kMss = 1000;

TEST(BbrLongTerm, IsUnboundedUntilSomethingWasTooMuch) {
  BbrLongTerm b;
  EXPECT_FALSE(b.is_bounded());
  EXPECT_EQ(b.with_headroom_bytes(kMss), BbrModel::kNoBound);
  b.grow(kMss, kMss);
  EXPECT_FALSE(b.is_bounded());
}

TEST(BbrLongTerm, LeavesFifteenPercentToOthers) {  // BBR.Headroom
  BbrLongTerm b;
  b.set(100 * kMss);
  EXPECT_EQ(b.with_headroom_bytes(kMss), 85 * kMss);
}

TEST(BbrLongTerm, LeavesASegmentAtLeastAndKeepsFour) {
  BbrLongTerm b;
  b.set(6 * kMss);
  EXPECT_EQ(b.with_headroom_bytes(kMss), 5 * kMss);
  b.set(2 * kMss);
  EXPECT_EQ(b.with_headroom_bytes(kMss), 4 * kMss);
}

TEST(BbrLongTerm, GrowsByOneThenTwoThenFourSegmentsARound) {  // 5.3.3.4.1
  BbrLongTerm b;
  b.set(64 * kMss);
  b.begin_refill();
  uint32_t before = b.bytes();
  for (const uint32_t segments : {1u, 2u, 4u, 8u}) {
    b.steepen(64 * kMss, kMss);
    b.grow(64 * kMss, kMss);
    EXPECT_EQ(b.bytes() - before, segments * kMss);
    before = b.bytes();
  }
}

TEST(BbrLongTerm, DoesNotGrowOutsideAProbe) {
  BbrLongTerm b;
  b.set(64 * kMss);
  b.steepen(64 * kMss, kMss);
  b.stop_growing();
  b.grow(640 * kMss, kMss);
  EXPECT_EQ(b.bytes(), 64 * kMss);
}

TEST(BbrLongTerm, IsRaisedButNotLoweredByWhatWentWell) {
  BbrLongTerm b;
  b.set(64 * kMss);
  b.raise_to(50 * kMss);
  EXPECT_EQ(b.bytes(), 64 * kMss);
  b.raise_to(70 * kMss);
  EXPECT_EQ(b.bytes(), 70 * kMss);
}

}  // namespace
}  // namespace tapstack::transport::tcp
