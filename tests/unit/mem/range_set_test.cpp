#include "mem/range_set.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace tapstack::mem {
namespace {

using Set = RangeSet<uint32_t, 4>;
using R = Range<uint32_t>;

std::vector<R> ranges(const Set& set) { return {set.ranges().begin(), set.ranges().end()}; }

Set with(std::initializer_list<R> list) {
  Set set;
  for (const R& range : list) EXPECT_TRUE(set.insert(range.begin, range.end));
  return set;
}

TEST(RangeSet, KeepsDisjointRangesInOrder) {
  EXPECT_EQ(ranges(with({{30, 40}, {10, 20}, {50, 60}})),
            (std::vector<R>{{10, 20}, {30, 40}, {50, 60}}));
}

TEST(RangeSet, MergesWhatTouches) {
  EXPECT_EQ(ranges(with({{10, 20}, {20, 30}})), (std::vector<R>{{10, 30}}));
  EXPECT_EQ(ranges(with({{20, 30}, {10, 20}})), (std::vector<R>{{10, 30}}));
}

TEST(RangeSet, MergesWhatOverlaps) {
  EXPECT_EQ(ranges(with({{10, 20}, {15, 30}})), (std::vector<R>{{10, 30}}));
  EXPECT_EQ(ranges(with({{10, 40}, {20, 30}})), (std::vector<R>{{10, 40}}));
}

TEST(RangeSet, ARangeAcrossSeveralSwallowsThem) {
  EXPECT_EQ(ranges(with({{10, 20}, {30, 40}, {50, 60}, {70, 80}, {15, 55}})),
            (std::vector<R>{{10, 60}, {70, 80}}));
}

TEST(RangeSet, ReportsOverflowAndStaysAsItWas) {
  Set set = with({{10, 20}, {30, 40}, {50, 60}, {70, 80}});
  EXPECT_FALSE(set.insert(90, 95));
  EXPECT_EQ(set.size(), 4u);
  EXPECT_TRUE(set.insert(20, 25)) << "what merges needs no room";
}

TEST(RangeSet, CoversWhatLiesInOneRange) {
  const Set set = with({{10, 20}, {30, 40}});
  EXPECT_TRUE(set.covers(10, 20));
  EXPECT_TRUE(set.covers(12, 13));
  EXPECT_FALSE(set.covers(15, 35));
  EXPECT_FALSE(set.covers(20, 21));
}

TEST(RangeSet, OverlapsWhatSharesAnyKey) {
  const Set set = with({{10, 20}, {30, 40}});
  EXPECT_TRUE(set.overlaps(0, 11));
  EXPECT_TRUE(set.overlaps(19, 25));
  EXPECT_FALSE(set.overlaps(20, 30));
  EXPECT_FALSE(set.overlaps(40, 50));
}

TEST(RangeSet, FirstGapIsBehindTheRangeThatHoldsTheKey) {
  const Set set = with({{10, 20}, {30, 40}});
  EXPECT_EQ(set.first_gap(5), 5u);
  EXPECT_EQ(set.first_gap(10), 20u);
  EXPECT_EQ(set.first_gap(20), 20u);
}

TEST(RangeSet, FindGapEndsAtTheNextRange) {
  const Set set = with({{10, 20}, {30, 40}});
  R gap;
  EXPECT_TRUE(set.find_gap(12, gap));
  EXPECT_EQ(gap, (R{20, 30}));
  EXPECT_FALSE(set.find_gap(30, gap));
  EXPECT_EQ(gap.begin, 40u);
}

TEST(RangeSet, RemoveBelowCutsTheRangeThatHoldsTheKey) {
  Set set = with({{10, 20}, {30, 40}, {50, 60}});
  set.remove_below(35);
  EXPECT_EQ(ranges(set), (std::vector<R>{{35, 40}, {50, 60}}));
}

// Orders like TCP sequence numbers (RFC 9293 3.4).
struct Wrapping {
  uint32_t value = 0;
  constexpr bool operator<(Wrapping o) const { return static_cast<int32_t>(value - o.value) < 0; }
};

TEST(RangeSet, WorksAcrossTheWrapOfItsKeys) {
  RangeSet<Wrapping, 4> set;
  set.insert({0xfffffff0}, {0x10});
  set.insert({0x20}, {0x30});
  set.insert({0x10}, {0x18});
  EXPECT_EQ(set.size(), 2u);
  EXPECT_TRUE(set.covers({0xfffffff8}, {0x18}));
  set.remove_below({4});
  EXPECT_EQ(set.ranges()[0].begin.value, 4u);
}

TEST(RangeSet, EqualsABitmapUnderRandomOperations) {
  std::mt19937 random(1);
  for (int run = 0; run < 200; ++run) {
    RangeSet<uint32_t, 32> set;
    std::vector<bool> model(64);
    for (int i = 0; i < 30; ++i) {
      const uint32_t begin = random() % 63;
      const uint32_t end = begin + 1 + random() % (64 - begin - 1 + 1);
      if (random() % 6 == 0) {
        set.remove_below(begin);
        for (uint32_t k = 0; k < begin; ++k) model[k] = false;
      } else {
        ASSERT_TRUE(set.insert(begin, end));
        for (uint32_t k = begin; k < end; ++k) model[k] = true;
      }
      for (uint32_t k = 0; k < 64; ++k) ASSERT_EQ(set.find(k) != nullptr, model[k]);
      for (size_t r = 1; r < set.size(); ++r) {
        ASSERT_LT(set.ranges()[r - 1].end, set.ranges()[r].begin);
      }
    }
  }
}

}  // namespace
}  // namespace tapstack::mem
