#include "shim/engine/watch.h"

#include <gtest/gtest.h>
#include <unistd.h>
#include <cstring>

#include "shim/common/private_fds.h"
#include "shim/common/sys.h"
#include "shim/engine/clock.h"
#include "shim/engine/handle_pair.h"

namespace tapstack::shim {
namespace {

class WatchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    private_fds::prepare();
    ASSERT_EQ(watch_.open(), 0);
    ASSERT_EQ(open_pair(true, pair_), 0);
    slot_ = &slots_.add({0, 1}, SocketKind::kTcp);
    slot_->end = pair_.end;
    ASSERT_EQ(watch_.add(*slot_), 0);
    take();
  }
  void TearDown() override { close_pair(pair_); }
  // Whether something had happened to the slot.
  bool take() {
    watch_.take(slots_);
    return slots_.dequeue() != nullptr;
  }
  void write_to_handle(const char* text) {
    ASSERT_GT(sys::send(pair_.handle, text, strlen(text), MSG_NOSIGNAL), 0);
  }

  Watch watch_;
  Slots slots_;
  HandlePair pair_;
  Slot* slot_ = nullptr;
};

TEST_F(WatchTest, AWriteOfTheProgramIsSeenOnce) {
  write_to_handle("x");
  EXPECT_TRUE(take());
  EXPECT_TRUE(slot_->may_read);
  EXPECT_FALSE(slot_->end_coming);
  EXPECT_FALSE(take());
}

TEST_F(WatchTest, ReadingOfTheProgramIsNotSeenUnlessWanted) {
  char buffer[4];
  ASSERT_EQ(sys::write(pair_.end, "data", 4), 4);
  ASSERT_EQ(sys::read(pair_.handle, buffer, 4), 4);
  EXPECT_FALSE(take());
}

TEST_F(WatchTest, ReadingOfTheProgramIsSeenWhileWanted) {
  char buffer[4];
  ASSERT_EQ(sys::write(pair_.end, "data", 4), 4);
  watch_.want_room(*slot_, true);
  take();  // there is room already, which is told once
  EXPECT_FALSE(take());
  ASSERT_EQ(sys::read(pair_.handle, buffer, 4), 4);
  EXPECT_TRUE(take());
  watch_.want_room(*slot_, false);
}

TEST_F(WatchTest, TheLastCloseIsAHangUp) {
  const int copy = dup(pair_.handle);
  sys::close(pair_.handle);
  EXPECT_FALSE(take());
  sys::close(copy);
  EXPECT_TRUE(take());
  EXPECT_TRUE(slot_->is_hung_up);
  ASSERT_EQ(sys::fcntl(pair_.end, F_GETFD), FD_CLOEXEC);
  pair_.handle = dup(STDERR_FILENO);  // something for TearDown to close
}

TEST_F(WatchTest, ShuttingBothDirectionsByTheEngineIsOneEventAndThenSilence) {
  sys::shutdown(pair_.end, SHUT_RD);
  sys::shutdown(pair_.end, SHUT_WR);
  EXPECT_TRUE(take());
  EXPECT_FALSE(take());
}

TEST_F(WatchTest, TheLastCloseIsSeenEvenWhenBothDirectionsWereShut) {
  sys::shutdown(pair_.end, SHUT_RD);
  sys::shutdown(pair_.end, SHUT_WR);
  take();
  slot_->is_hung_up = false;
  sys::close(pair_.handle);
  EXPECT_TRUE(take());
  EXPECT_TRUE(slot_->is_hung_up);
  pair_.handle = dup(STDERR_FILENO);
}

TEST_F(WatchTest, ADeadlineEndsTheSleep) {
  const Instant deadline = clock_now() + Duration::ms(5);
  watch_.set_deadline(deadline);
  watch_.sleep();
  EXPECT_GE(clock_now(), deadline);
  EXPECT_TRUE(watch_.take(slots_).deadline);
  EXPECT_FALSE(watch_.take(slots_).deadline);
}

TEST_F(WatchTest, AnEarlierDeadlineReplacesALaterOne) {
  watch_.set_deadline(clock_now() + Duration::s(3600));
  watch_.set_deadline(clock_now());
  watch_.sleep();
  EXPECT_TRUE(watch_.take(slots_).deadline);
}

TEST_F(WatchTest, SleepDoesNotTakeWhatItWokeFor) {
  write_to_handle("x");
  watch_.sleep();
  watch_.sleep();
  EXPECT_TRUE(take());
}

TEST_F(WatchTest, WakeEndsTheSleepOnce) {
  watch_.wake();
  watch_.sleep();
  EXPECT_FALSE(take());
  watch_.set_deadline(clock_now() + Duration::ms(1));
  watch_.sleep();
  EXPECT_TRUE(watch_.take(slots_).deadline);
}

}  // namespace
}  // namespace tapstack::shim
