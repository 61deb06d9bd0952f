#include "shim/engine/clock.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace tapstack::shim {
namespace {

TEST(EngineClock, WhatHappenedLaterIsToldToBeLater) {
  const Instant begin = clock_now();
  int64_t before = 0;
  for (int us = 0; us < 100'000; ++us) {
    const int64_t told = realtime_of(begin + Duration::us(us));
    ASSERT_GT(told, before) << us;
    before = told;
  }
}

TEST(EngineClock, NowIsNow) {
  const int64_t told = realtime_of(clock_now());
  EXPECT_LT(std::abs(clock_ns(CLOCK_REALTIME) - told), 1'000'000'000);
}

}  // namespace
}  // namespace tapstack::shim
