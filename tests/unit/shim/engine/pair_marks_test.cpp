#include "shim/engine/pair_marks.h"

#include <gtest/gtest.h>

namespace tapstack::shim {
namespace {

constexpr PairMark kRecord{.ends_record = true};

TEST(PairMarks, WithoutAnyNothingIsInTheWay) {
  PairMarks marks;
  EXPECT_EQ(marks.ahead(), 0u);
  EXPECT_FALSE(marks.on_taken(1000));
  marks.push(10, kRecord);
  EXPECT_EQ(marks.ahead(), 10u);
}

TEST(PairMarks, AreReachedInTheirOrder) {
  PairMarks marks;
  marks.push(10, kRecord);
  marks.push(30, {.reports = 4});
  EXPECT_FALSE(marks.on_taken(4));
  EXPECT_EQ(marks.ahead(), 6u);
  const auto first = marks.on_taken(6);
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->ends_record);
  EXPECT_EQ(marks.ahead(), 20u);
  const auto second = marks.on_taken(20);
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->ends_record);
  EXPECT_EQ(second->reports, 4);
  EXPECT_EQ(marks.ahead(), 0u);
}

TEST(PairMarks, OneThatIsAddedLaterCountsFromWhereTheCoreIsThen) {
  PairMarks marks;
  marks.push(10, kRecord);
  EXPECT_FALSE(marks.on_taken(4));
  marks.push(16, kRecord);  // ten bytes behind the first
  EXPECT_TRUE(marks.on_taken(6));
  EXPECT_EQ(marks.ahead(), 10u);
}

TEST(PairMarks, WhenFullTheNewestIsLostAndTheOthersStayWhereTheyAre) {
  PairMarks marks;
  for (uint32_t i = 1; i <= 100; ++i) marks.push(i, kRecord);
  uint32_t reached = 0;
  while (marks.ahead() > 0) {
    EXPECT_EQ(marks.ahead(), 1u);
    EXPECT_TRUE(marks.on_taken(1));
    ++reached;
  }
  EXPECT_GE(reached, 8u);
  EXPECT_LT(reached, 100u);
  EXPECT_FALSE(marks.on_taken(100 - reached));
  marks.push(5, kRecord);
  EXPECT_EQ(marks.ahead(), 5u);
}

}  // namespace
}  // namespace tapstack::shim
