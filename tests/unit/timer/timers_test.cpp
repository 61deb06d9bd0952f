#include "timer/timers.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <vector>

#include "tests/unit/support/soil.h"

namespace tapstack::timer {
namespace {

static_assert(std::is_trivially_copyable_v<Timers>);

constexpr Instant at(int64_t us) { return Instant::from_us(us); }

class TimersTest : public testing::Test {
 protected:
  TimersTest() : timers_(std::make_unique<Timers>()) {}

  std::vector<TimerId> pop_all(Instant now) {
    std::vector<TimerId> popped;
    for (TimerId id; timers_->pop_due(now, id);) popped.push_back(id);
    return popped;
  }

  const TimerId first_ = make(TimerKind::kTcpConnection, 0);
  const TimerId second_ = make(TimerKind::kNeighbour, 1);
  const TimerId third_ = make(TimerKind::kSocket, 2);
  std::unique_ptr<Timers> timers_;
};

TEST_F(TimersTest, NothingIsArmedInTheBeginning) {
  EXPECT_TRUE(timers_->next_deadline().is_never());
  for (uint32_t n = 0; n < kTimers; ++n) EXPECT_FALSE(timers_->is_armed(TimerId{n}));
}

TEST_F(TimersTest, NextDeadlineIsTheEarliestExactly) {
  timers_->arm(first_, at(5'000'123));
  timers_->arm(second_, at(5'000'122));
  timers_->arm(third_, at(9'000'000));
  EXPECT_EQ(timers_->next_deadline(), at(5'000'122));
}

TEST_F(TimersTest, NothingIsDueAMicrosecondBeforeTheDeadline) {
  timers_->arm(first_, at(1'000'000));
  EXPECT_TRUE(pop_all(at(999'999)).empty());
  EXPECT_EQ(pop_all(at(1'000'000)), std::vector{first_});
}

TEST_F(TimersTest, APoppedTimerIsNotArmed) {
  timers_->arm(first_, at(10));
  pop_all(at(10));
  EXPECT_FALSE(timers_->is_armed(first_));
  EXPECT_TRUE(timers_->next_deadline().is_never());
}

TEST_F(TimersTest, ExpireInOrderOfDeadlineAfterALongSleep) {
  timers_->arm(third_, at(3'600'000'000));
  timers_->arm(first_, at(1));
  timers_->arm(second_, at(70'000));
  EXPECT_EQ(pop_all(at(INT64_MAX - 1)), (std::vector{first_, second_, third_}));
}

TEST_F(TimersTest, EqualDeadlinesExpireInOrderOfArming) {
  timers_->arm(second_, at(77'777));
  timers_->arm(third_, at(77'777));
  pop_all(at(77'000));
  timers_->arm(first_, at(77'777));
  EXPECT_EQ(pop_all(at(80'000)), (std::vector{second_, third_, first_}));
}

TEST_F(TimersTest, ArmingAgainReplacesTheDeadline) {
  timers_->arm(first_, at(100));
  timers_->arm(first_, at(200));
  EXPECT_EQ(timers_->deadline(first_), at(200));
  EXPECT_EQ(timers_->next_deadline(), at(200));
  EXPECT_EQ(timers_->armed(), 1u);
}

TEST_F(TimersTest, NeverDisarms) {
  timers_->arm(first_, at(100));
  timers_->arm(first_, Instant::never());
  EXPECT_FALSE(timers_->is_armed(first_));
  EXPECT_TRUE(timers_->deadline(first_).is_never());
}

TEST_F(TimersTest, DisarmingTheEarliestUncoversTheNext) {
  timers_->arm(first_, at(300'000));
  timers_->arm(second_, at(300'500));
  timers_->arm(third_, at(300'400));
  timers_->disarm(first_);
  EXPECT_EQ(timers_->next_deadline(), at(300'400));
}

TEST_F(TimersTest, ADeadlineInThePastIsDueAtOnce) {
  pop_all(at(1'000'000));
  timers_->arm(first_, at(5));
  EXPECT_EQ(timers_->next_deadline(), at(5));
  EXPECT_EQ(pop_all(at(1'000'000)), std::vector{first_});
}

TEST_F(TimersTest, InstantsBeforeZeroAreInstantsLikeOthers) {
  timers_->arm(first_, at(-5));
  timers_->arm(second_, at(5));
  EXPECT_EQ(pop_all(at(0)), std::vector{first_});
  EXPECT_EQ(timers_->next_deadline(), at(5));
}

TEST_F(TimersTest, WorkInMemoryThatHeldSomethingElse) {
  alignas(Timers) static unsigned char memory[sizeof(Timers)];
  test::soil(memory, sizeof memory);
  Timers& timers = *new (memory) Timers;
  timers.arm(first_, at(10));
  EXPECT_FALSE(timers.is_armed(second_));
  EXPECT_EQ(timers.next_deadline(), at(10));
}

TEST_F(TimersTest, KeepTheirDeadlinesWhenCopiedElsewhere) {
  timers_->arm(first_, at(10));
  timers_->arm(second_, at(20));
  auto copy = std::make_unique<Timers>(*timers_);
  std::memset(static_cast<void*>(timers_.get()), 0x5a, sizeof(Timers));
  timers_ = std::move(copy);
  EXPECT_EQ(pop_all(at(20)), (std::vector{first_, second_}));
}

TEST(TimerId, KindAndIndexComeBack) {
  const TimerId id = make(TimerKind::kReassembly, kConfig.reassemblies - 1);
  EXPECT_EQ(kind_of(id), TimerKind::kReassembly);
  EXPECT_EQ(index_of(id), kConfig.reassemblies - 1);
}

TEST(TimerId, EveryNumberBelongsToExactlyOneTimer) {
  for (uint32_t n = 0; n < kTimers; ++n) {
    EXPECT_EQ(make(kind_of(TimerId{n}), index_of(TimerId{n})).value, n);
  }
}

}  // namespace
}  // namespace tapstack::timer
