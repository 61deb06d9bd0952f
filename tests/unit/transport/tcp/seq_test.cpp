#include "transport/tcp/seq.h"

#include <gtest/gtest.h>

namespace tapstack::transport::tcp {
namespace {

TEST(SeqNumber, OrderSurvivesTheWrap) {
  EXPECT_TRUE(SeqNumber(0xfffffff0).before(SeqNumber(0x10)));
  EXPECT_TRUE(SeqNumber(0x10).after(SeqNumber(0xfffffff0)));
  EXPECT_EQ(SeqNumber(0x10) - SeqNumber(0xfffffff0), 32);
}

TEST(SeqNumber, WindowIsHalfOpen) {
  EXPECT_TRUE(SeqNumber(5).in_window(SeqNumber(5), 1));
  EXPECT_FALSE(SeqNumber(6).in_window(SeqNumber(5), 1));
  EXPECT_FALSE(SeqNumber(5).in_window(SeqNumber(5), 0));
  EXPECT_TRUE(SeqNumber(2).in_window(SeqNumber(0xfffffffe), 5));
}

TEST(SeqRange, TouchesNeighboursAndOverlaps) {
  const SeqRange r{SeqNumber(10), SeqNumber(20)};
  EXPECT_TRUE(r.touches({SeqNumber(20), SeqNumber(30)}));
  EXPECT_TRUE(r.touches({SeqNumber(5), SeqNumber(10)}));
  EXPECT_FALSE(r.touches({SeqNumber(21), SeqNumber(30)}));
}

}  // namespace
}  // namespace tapstack::transport::tcp
