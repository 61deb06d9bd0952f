#include "shim/common/message.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tests/interop/programs/one_entry.h"

namespace tapstack::shim {
namespace {

class Message : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel_), 0);
  }
  void TearDown() override {
    for (int fd : channel_) ::close(fd);
  }
  int receive(Request& request) {
    int fd = -1;
    const int error = receive_request(channel_[1], request, fd);
    EXPECT_EQ(fd, -1);
    return error;
  }
  void send_raw(const void* bytes, size_t length) {
    ASSERT_EQ(send(channel_[0], bytes, length, 0), static_cast<ssize_t>(length));
  }

  int channel_[2];
};

TEST_F(Message, ARequestArrivesAsItWasSent) {
  Request sent;
  sent.op = Op::kSetOption;
  sent.slot = {3, 9};
  sent.args[1] = -5;
  sent.payload_bytes = 3;
  std::memcpy(sent.payload, "abc", 3);
  ASSERT_EQ(send_request(channel_[0], sent, -1), 0);
  Request got;
  ASSERT_EQ(receive(got), 0);
  EXPECT_EQ(got.op, Op::kSetOption);
  EXPECT_EQ(got.slot, (SlotId{3, 9}));
  EXPECT_EQ(got.args[1], -5);
  ASSERT_EQ(got.payload_bytes, 3);
  EXPECT_EQ(std::memcmp(got.payload, "abc", 3), 0);
}

TEST_F(Message, ADescriptorTravelsBesideAndIsCloseOnExec) {
  int pipe_fds[2];
  ASSERT_EQ(pipe(pipe_fds), 0);
  Reply sent;
  ASSERT_EQ(send_reply(channel_[0], sent, pipe_fds[1]), 0);
  Reply got;
  int fd = -1;
  ASSERT_EQ(receive_reply(channel_[1], got, fd), 0);
  ASSERT_GE(fd, 0);
  EXPECT_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
  EXPECT_EQ(write(fd, "x", 1), 1);
  char byte = 0;
  EXPECT_EQ(read(pipe_fds[0], &byte, 1), 1);
  EXPECT_EQ(byte, 'x');
  for (int each : {fd, pipe_fds[0], pipe_fds[1]}) ::close(each);
}

TEST_F(Message, TheEndOfTheConnectionIsConnectionReset) {
  ::close(channel_[0]);
  channel_[0] = -1;
  Request got;
  EXPECT_EQ(receive(got), ECONNRESET);
}

TEST_F(Message, SendingToNobodyIsBrokenPipeWithoutSignal) {
  ::close(channel_[1]);
  channel_[1] = -1;
  EXPECT_EQ(send_request(channel_[0], Request{}, -1), EPIPE);
}

TEST_F(Message, GarbageIsAProtocolError) {
  Request got;
  send_raw("x", 1);
  EXPECT_EQ(receive(got), EPROTO);
  Request liar;  // promises more payload than it brings
  liar.payload_bytes = 100;
  send_raw(&liar, offsetof(Request, payload) + 99);
  EXPECT_EQ(receive(got), EPROTO);
  liar.payload_bytes = 0xffff;
  send_raw(&liar, sizeof liar);
  EXPECT_EQ(receive(got), EPROTO);
}

TEST_F(Message, AMessageThatIsTooLongIsAProtocolError) {
  char bytes[sizeof(Request) + 1] = {};
  send_raw(bytes, sizeof bytes);
  Request got;
  EXPECT_EQ(receive(got), EPROTO);
}

TEST_F(Message, ADescriptorBesideGarbageIsClosed) {
  int pipe_fds[2];
  ASSERT_EQ(pipe(pipe_fds), 0);
  Request liar;
  liar.payload_bytes = kPayloadBytes + 1;  // sent by its length, refused by the receiver
  const OneEntry<int> message(&liar, 8, SOL_SOCKET, SCM_RIGHTS, pipe_fds[1]);
  ASSERT_GT(message.send_to(channel_[0], 0), 0);
  ::close(pipe_fds[1]);
  Request got;
  EXPECT_EQ(receive(got), EPROTO);
  char byte;
  EXPECT_EQ(read(pipe_fds[0], &byte, 1), 0);  // no writer is left
  ::close(pipe_fds[0]);
}

}  // namespace
}  // namespace tapstack::shim
