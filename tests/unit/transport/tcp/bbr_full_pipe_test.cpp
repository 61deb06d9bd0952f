#include "transport/tcp/bbr_full_pipe.h"

#include <gtest/gtest.h>

namespace tapstack::transport::tcp {
namespace {

TEST(BbrFullPipe, ThreeRoundsWithLessThanAQuarterMoreFillIt) {
  BbrFullPipe p;
  p.on_round(1000);
  p.on_round(1249);
  p.on_round(1249);
  EXPECT_FALSE(p.is_reached());
  p.on_round(1249);
  EXPECT_TRUE(p.is_now());
  EXPECT_TRUE(p.is_reached());
}

TEST(BbrFullPipe, AQuarterMoreBeginsTheCountAnew) {
  BbrFullPipe p;
  p.on_round(1000);
  p.on_round(1000);
  p.on_round(1000);
  p.on_round(1250);
  p.on_round(1250);
  p.on_round(1250);
  EXPECT_FALSE(p.is_now());
}

TEST(BbrFullPipe, LookingAnewForgetsThatItIsFullNowButNotThatItEverWas) {
  BbrFullPipe p;
  p.set_reached();
  EXPECT_TRUE(p.is_now());
  p.reset(500);
  EXPECT_FALSE(p.is_now());
  EXPECT_TRUE(p.is_reached());
}

TEST(BbrFullPipe, TakingBackForgetsBoth) {
  BbrFullPipe p;
  p.set_reached();
  p.take_back();
  EXPECT_FALSE(p.is_now());
  EXPECT_FALSE(p.is_reached());
}

}  // namespace
}  // namespace tapstack::transport::tcp
