#include "socket/filters.h"

#include "socket/packet_socket.h"
#include "tests/unit/socket/socket_test.h"

namespace tapstack::socket {
namespace {

constexpr link::FilterInstruction kAll{0x06, 0, 0, 0xffff};
constexpr link::FilterInstruction kBad{0x01, 0, 0, 0};

class FiltersTest : public SocketTest {
 protected:
  Status attach(SocketId id, const link::FilterInstruction& only) {
    return attach_filter(env(), id, {&only, 1});
  }

  SocketId id_ = *open_packet(env(), false, frame_protocol::kAll);
};

TEST_F(FiltersTest, AnotherReplacesTheFirst) {
  EXPECT_TRUE(filter(view(), id_)->empty());
  ASSERT_TRUE(attach(id_, kAll).ok());
  const link::FilterInstruction other{0x06, 0, 0, 7};
  ASSERT_TRUE(attach(id_, other).ok());
  EXPECT_EQ(filter(view(), id_)->front(), other);
  EXPECT_EQ(layers_->network.parts().filters.used(), 1u);
}

TEST_F(FiltersTest, ABadProgramLeavesTheOldOne) {
  ASSERT_TRUE(attach(id_, kAll).ok());
  EXPECT_EQ(attach(id_, kBad).error(), Error::kInvalid);
  EXPECT_EQ(filter(view(), id_)->front(), kAll);
}

TEST_F(FiltersTest, DetachingNeedsOne) {
  EXPECT_EQ(detach_filter(env(), id_).error(), Error::kNoEntry);
  ASSERT_TRUE(attach(id_, kAll).ok());
  EXPECT_TRUE(detach_filter(env(), id_).ok());
  EXPECT_TRUE(filter(view(), id_)->empty());
}

TEST_F(FiltersTest, DatagramsAreCutAndRefused) {
  const SocketId receiver = open(SocketKind::kUdp);
  ASSERT_TRUE(bind(env(), receiver, local_port(7)).ok());
  DatagramInfo to;
  to.peer = local_port(7);
  const SocketId sender = open(SocketKind::kUdp);
  ASSERT_TRUE(attach(receiver, {0x06, 0, 0, 8 + 2}).ok());
  ASSERT_TRUE(send(sender, text("hello"), to).ok());
  run();
  EXPECT_EQ(read(receiver), text("he"));
  ASSERT_TRUE(attach(receiver, {0x06, 0, 0, 0}).ok());
  ASSERT_TRUE(send(sender, text("hello"), to).ok());
  run();
  EXPECT_EQ(receive_error(receiver), Error::kWouldBlock);
}

TEST_F(FiltersTest, AListenerHandsItsFilterOnAndAConnectionObeysIt) {
  const SocketId from = listener(80);
  ASSERT_TRUE(attach(from, kAll).ok());
  const SocketId client = tcp();
  EXPECT_EQ(connect(env(), client, local_port(80)).error(), Error::kInProgress);
  run();
  const SocketId server = accept(env(), from).value();
  EXPECT_EQ(filter(view(), server)->front(), kAll);
  ASSERT_TRUE(close(env(), from).ok());
  EXPECT_EQ(filter(view(), server)->front(), kAll);
  ASSERT_TRUE(send(client, text("one")).ok());
  run();
  EXPECT_EQ(read(server), text("one"));
  ASSERT_TRUE(attach(server, {0x06, 0, 0, 0}).ok());
  ASSERT_TRUE(send(client, text("two")).ok());
  run();
  EXPECT_EQ(receive_error(server), Error::kWouldBlock);
  ASSERT_TRUE(detach_filter(env(), server).ok());
  pass(Duration::s(2));
  EXPECT_EQ(read(server), text("two"));
  ASSERT_TRUE(close(env(), server).ok());
  EXPECT_EQ(layers_->network.parts().filters.used(), 0u);
}

TEST_F(FiltersTest, AListenerThatFiltersSynsIsNotThere) {
  const SocketId from = listener(80);
  ASSERT_TRUE(attach(from, {0x06, 0, 0, 0}).ok());
  const SocketId client = tcp();
  EXPECT_EQ(connect(env(), client, local_port(80)).error(), Error::kInProgress);
  run();
  EXPECT_EQ(ready(client), 0u);
}

TEST_F(FiltersTest, ALockIsForEver) {
  ASSERT_TRUE(attach(id_, kAll).ok());
  EXPECT_TRUE(lock_filter(env(), id_, false).ok());
  ASSERT_TRUE(lock_filter(env(), id_, true).ok());
  EXPECT_TRUE(*is_filter_locked(view(), id_));
  EXPECT_EQ(lock_filter(env(), id_, false).error(), Error::kPermission);
  EXPECT_EQ(attach(id_, kAll).error(), Error::kPermission);
  EXPECT_EQ(detach_filter(env(), id_).error(), Error::kPermission);
}

}  // namespace
}  // namespace tapstack::socket
