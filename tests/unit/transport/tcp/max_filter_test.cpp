#include "transport/tcp/max_filter.h"

#include <gtest/gtest.h>

namespace tapstack::transport::tcp {
namespace {

TEST(MaxFilter, KeepsTheLargestOfTheWindow) {
  MaxFilter f;
  EXPECT_EQ(f.update(5, 0, 10), 5u);
  EXPECT_EQ(f.update(9, 1, 10), 9u);
  EXPECT_EQ(f.update(3, 2, 10), 9u);
}

TEST(MaxFilter, WhatIsAWindowOldIsForgotten) {
  MaxFilter f;
  f.update(9, 0, 10);
  f.update(4, 3, 10);
  f.update(2, 6, 10);
  EXPECT_EQ(f.update(1, 9, 10), 9u);
  EXPECT_EQ(f.update(1, 10, 10), 4u);
}

TEST(MaxFilter, WithAWindowOfTwoItRemembersThisCycleAndTheOneBefore) {
  MaxFilter f;
  f.update(9, 7, 2);
  EXPECT_EQ(f.update(5, 8, 2), 9u);
  EXPECT_EQ(f.update(5, 9, 2), 5u);
}

TEST(MaxFilter, AfterAPauseOnlyTheNewSampleCounts) {
  MaxFilter f;
  f.update(9, 0, 10);
  EXPECT_EQ(f.update(1, 50, 10), 1u);
}

TEST(MaxFilter, TimeMayWrap) {
  MaxFilter f;
  f.reset(9, UINT32_MAX);
  EXPECT_EQ(f.update(3, 0, 2), 9u);
  EXPECT_EQ(f.update(3, 1, 2), 3u);
}

}  // namespace
}  // namespace tapstack::transport::tcp
