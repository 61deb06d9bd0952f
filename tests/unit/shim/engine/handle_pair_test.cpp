// What the kernel shows on a handle: the ground that the engine stands on.
#include "shim/engine/handle_pair.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "shim/common/private_fds.h"
#include "shim/common/sys.h"

namespace tapstack::shim {
namespace {

class HandlePairTest : public ::testing::Test {
 protected:
  void SetUp() override {
    private_fds::prepare();
    ASSERT_EQ(open_pair(true, pair_), 0);
  }
  void TearDown() override { close_pair(pair_); }
  short ready() {
    pollfd entry{pair_.handle, POLLIN | POLLOUT | POLLRDHUP, 0};
    ::poll(&entry, 1, 0);
    return entry.revents;
  }

  HandlePair pair_;
};

TEST_F(HandlePairTest, AFreshHandleIsLowAndWritableOnly) {
  EXPECT_LT(pair_.handle, 100);
  EXPECT_TRUE(private_fds::is_private(pair_.end));
  EXPECT_EQ(ready(), POLLOUT);
}

TEST_F(HandlePairTest, BallastMakesItNotWritableAndLeavesReadingAlone) {
  EXPECT_EQ(add_ballast(pair_.handle), 1500u);
  EXPECT_EQ(ready(), 0);
  ASSERT_EQ(sys::send(pair_.end, "x", 1, 0), 1);
  EXPECT_EQ(ready(), POLLIN);
}

TEST_F(HandlePairTest, WithoutBallastItIsWritableAgain) {
  const uint32_t bytes = add_ballast(pair_.handle);
  remove_ballast(pair_.end, bytes);
  EXPECT_EQ(ready(), POLLOUT);
}

TEST_F(HandlePairTest, RemovingBallastTakesNoByteOfTheProgram) {
  const uint32_t bytes = add_ballast(pair_.handle);
  ASSERT_EQ(sys::send(pair_.handle, "a", 1, MSG_DONTWAIT), 1);  // the kernel lets single bytes in
  remove_ballast(pair_.end, bytes);
  char byte = 0;
  EXPECT_EQ(sys::read(pair_.end, &byte, 1), 1);
  EXPECT_EQ(byte, 'a');
}

TEST_F(HandlePairTest, OutstandingIsNeverLessThanUnreadAndZeroWhenAllWasTaken) {
  EXPECT_EQ(outstanding_bytes(pair_.end), 0u);
  const std::string data(100'000, 'x');
  ASSERT_EQ(sys::write(pair_.end, data.data(), data.size()), 100'000);
  size_t unread = data.size();
  std::string buffer(7'001, ' ');
  while (unread > 0) {
    EXPECT_GE(outstanding_bytes(pair_.end), unread);
    unread -= static_cast<size_t>(sys::read(pair_.handle, buffer.data(), buffer.size()));
  }
  EXPECT_EQ(outstanding_bytes(pair_.end), 0u);
}

TEST_F(HandlePairTest, PeekingTakesNothing) {
  char byte;
  ASSERT_EQ(sys::write(pair_.end, "x", 1), 1);
  ASSERT_EQ(sys::receive(pair_.handle, &byte, 1, MSG_PEEK), 1);
  EXPECT_GT(outstanding_bytes(pair_.end), 0u);
}

TEST_F(HandlePairTest, ShutDownEndAnswersBrokenPipeAndEndOfFile) {
  sys::shutdown(pair_.end, SHUT_RD);
  EXPECT_EQ(sys::send(pair_.handle, "x", 1, MSG_NOSIGNAL), -EPIPE);
  EXPECT_EQ(ready(), POLLOUT);
  sys::shutdown(pair_.end, SHUT_WR);
  char byte;
  EXPECT_EQ(sys::read(pair_.handle, &byte, 1), 0);
  EXPECT_EQ(ready(), POLLIN | POLLOUT | POLLRDHUP | POLLHUP);
}

TEST_F(HandlePairTest, WhatWasWrittenBeforeTheEndWasShutCanStillBeRead) {
  ASSERT_EQ(sys::send(pair_.handle, "tail", 4, 0), 4);
  sys::shutdown(pair_.end, SHUT_RD);
  char buffer[8];
  EXPECT_EQ(sys::read(pair_.end, buffer, sizeof buffer), 4);
  EXPECT_EQ(sys::read(pair_.end, buffer, sizeof buffer), 0);
}

TEST(DatagramPair, TakesTheLargestDatagramBothWays) {
  private_fds::prepare();
  HandlePair pair;
  ASSERT_EQ(open_pair(false, pair), 0);
  const std::string data(65'535 + sizeof(DatagramHeader), 'x');
  EXPECT_EQ(sys::send(pair.end, data.data(), data.size(), MSG_DONTWAIT),
            static_cast<long>(data.size()));
  EXPECT_EQ(sys::send(pair.handle, data.data(), data.size(), MSG_DONTWAIT),
            static_cast<long>(data.size()));
  close_pair(pair);
}

}  // namespace
}  // namespace tapstack::shim
