#include "transport/tcp/send_clock.h"

#include <gtest/gtest.h>

namespace tapstack::transport::tcp {
namespace {

constexpr Instant at(int64_t ms) { return Instant::from_us(1'000'000 + ms * 1000); }

TEST(SendClock, IdlenessIsNotBusy) {
  SendClock clock;
  clock.enter(SendPhase::kIdle, at(100));
  EXPECT_EQ(clock.busy(at(500)), Duration::ms(0));
}

TEST(SendClock, APhaseThatGoesOnCounts) {
  SendClock clock;
  clock.enter(SendPhase::kWindowLimited, at(0));
  EXPECT_EQ(clock.spent(SendPhase::kWindowLimited, at(30)), Duration::ms(30));
  EXPECT_EQ(clock.busy(at(30)), Duration::ms(30));
}

TEST(SendClock, PhasesAddUp) {
  SendClock clock;
  clock.enter(SendPhase::kBusy, at(0));
  clock.enter(SendPhase::kBufferLimited, at(10));
  clock.enter(SendPhase::kBusy, at(15));
  clock.enter(SendPhase::kIdle, at(40));
  EXPECT_EQ(clock.spent(SendPhase::kBufferLimited, at(90)), Duration::ms(5));
  EXPECT_EQ(clock.spent(SendPhase::kBusy, at(90)), Duration::ms(35));
  EXPECT_EQ(clock.busy(at(90)), Duration::ms(40));
}

}  // namespace
}  // namespace tapstack::transport::tcp
