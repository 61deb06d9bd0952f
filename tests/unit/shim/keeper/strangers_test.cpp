#include "shim/keeper/strangers.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shim/common/message.h"

namespace tapstack::shim {
namespace {

constexpr SlotId kSocket{3, 7}, kOther{4, 1};
constexpr int kChannel = 50;

// A pair of which one end has the name of an engine's end, so that the other looks like a handle.
struct Pair {
  explicit Pair(const EngineToken& token) {
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    sockaddr_un name;
    const socklen_t length = format_name({token, kSocket, true, false}, name);
    EXPECT_EQ(bind(fds[1], reinterpret_cast<const sockaddr*>(&name), length), 0);
  }
  ~Pair() {
    close(fds[0]);
    close(fds[1]);
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;
  int handle() const { return fds[0]; }

  int fds[2];
};

Request about(Op op, SlotId slot) {
  Request request;
  request.op = op;
  request.slot = slot;
  return request;
}

class StrangersTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(strangers_.admit(kChannel)); }
  bool may_ask(Op op, SlotId slot) { return strangers_.may_ask(kChannel, about(op, slot)); }

  EngineToken engine_ = EngineToken::random();
  Strangers strangers_;
};

TEST_F(StrangersTest, WhoHasShownAHandleMayUseItsSocketAndNoOther) {
  const Pair pair(engine_);
  EXPECT_FALSE(strangers_.has_proof(kChannel));
  ASSERT_TRUE(strangers_.take_proof(kChannel, pair.handle(), engine_));
  EXPECT_TRUE(strangers_.has_proof(kChannel));
  EXPECT_TRUE(may_ask(Op::kShutdown, kSocket));
  EXPECT_FALSE(may_ask(Op::kShutdown, kOther));
  EXPECT_FALSE(may_ask(Op::kAccept, kOther));
}

TEST_F(StrangersTest, SocketsThatWereOpenedForOneAreItsOwn) {
  strangers_.grant(kChannel, kOther);
  EXPECT_TRUE(may_ask(Op::kConnect, kOther));
  EXPECT_FALSE(may_ask(Op::kConnect, kSocket));
  EXPECT_TRUE(may_ask(Op::kOpen, {}));
  EXPECT_TRUE(may_ask(Op::kInterface, {}));
}

TEST_F(StrangersTest, AHandleOfAnotherEngineProvesNothing) {
  const Pair pair(EngineToken::random());
  EXPECT_FALSE(strangers_.take_proof(kChannel, pair.handle(), engine_));
  EXPECT_FALSE(strangers_.has_proof(kChannel));
}

TEST_F(StrangersTest, WhatIsNoHandleProvesNothing) {
  EXPECT_FALSE(strangers_.take_proof(kChannel, STDERR_FILENO, engine_));
  EXPECT_FALSE(strangers_.take_proof(kChannel, -1, engine_));
}

TEST_F(StrangersTest, APairThatAnotherUserHasMadeAndNamedProvesNothing) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  int channel[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, channel), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(channel[0]);
    constexpr uid_t kNobody = 65534;
    if (setuid(kNobody) != 0) _exit(1);
    const Pair forged(engine_);
    Request request;
    const bool is_sent = send_request(channel[1], request, forged.handle()) == 0;
    char byte;
    _exit(is_sent && read(channel[1], &byte, 1) == 0 ? 0 : 2);  // until it was looked at
  }
  close(channel[1]);
  Request request;
  int forged = -1;
  ASSERT_EQ(receive_request(channel[0], request, forged), 0);
  ASSERT_TRUE(identity_of(forged).has_value());
  EXPECT_FALSE(strangers_.take_proof(kChannel, forged, engine_));
  close(forged);
  close(channel[0]);
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST_F(StrangersTest, AForkedProcessHasTheSocketsOfItsParent) {
  strangers_.grant(kChannel, kSocket);
  strangers_.inherit(kChannel, kChannel + 1);
  strangers_.drop(kChannel);
  EXPECT_FALSE(strangers_.has(kChannel));
  EXPECT_TRUE(strangers_.may_ask(kChannel + 1, about(Op::kClose, kSocket)));
}

TEST_F(StrangersTest, ThoseThatHaveShownNothingAreBounded) {
  int admitted = 1;
  while (admitted < 10'000 && strangers_.admit(kChannel + admitted)) ++admitted;
  EXPECT_LT(admitted, 1000);
  EXPECT_EQ(strangers_.unproven(), static_cast<size_t>(admitted));
  strangers_.grant(kChannel, kSocket);
  EXPECT_TRUE(strangers_.admit(kChannel + admitted));
}

}  // namespace
}  // namespace tapstack::shim
