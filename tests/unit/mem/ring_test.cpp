#include "mem/ring.h"

#include <gtest/gtest.h>

namespace tapstack::mem {
namespace {

TEST(Ring, GivesValuesBackInOrderManyTimesRound) {
  Ring<int, 3> ring;
  int next = 0;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(ring.push(i));
    if (i % 2 == 1) {
      EXPECT_EQ(ring.pop(), next++);
      EXPECT_EQ(ring.pop(), next++);
    }
  }
}

TEST(Ring, RefusesWhatDoesNotFitAndStaysAsItWas) {
  Ring<int, 2> ring;
  ring.push(1);
  ring.push(2);
  EXPECT_TRUE(ring.is_full());
  EXPECT_FALSE(ring.push(3));
  EXPECT_EQ(ring.pop(), 1);
  EXPECT_EQ(ring.pop(), 2);
  EXPECT_TRUE(ring.is_empty());
}

TEST(Ring, AtCountsFromTheOldest) {
  Ring<int, 3> ring;
  ring.push(1);
  ring.push(2);
  ring.pop();
  ring.push(3);
  ring.push(4);
  EXPECT_EQ(ring.at(0), 2);
  EXPECT_EQ(ring.at(2), 4);
  EXPECT_EQ(ring.front(), 2);
}

TEST(RingDeathTest, PopOfAnEmptyRingIsAnError) {
  Ring<int, 2> ring;
  EXPECT_DEATH(ring.pop(), "assertion failed");
}

}  // namespace
}  // namespace tapstack::mem
