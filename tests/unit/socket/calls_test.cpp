#include "socket/calls.h"

#include "tests/unit/socket/socket_test.h"

namespace tapstack::socket {
namespace {

using Calls = SocketTest;

Error open_error(Environment env, Family family, SocketKind kind, uint8_t protocol) {
  return open(env, {family, kind, protocol}).error();
}

TEST_F(Calls, OpenChecksFamilyKindAndProtocol) {
  EXPECT_EQ(open_error(env(), Family::kNone, SocketKind::kTcp, 0),
            Error::kAddressFamilyNotSupported);
  EXPECT_EQ(open_error(env(), Family::kIp6, SocketKind::kPing, 1), Error::kProtocolNotSupported);
  EXPECT_EQ(open_error(env(), Family::kIp6, SocketKind::kPing, 58), Error::kNone);
  EXPECT_EQ(open_error(env(), Family::kIp4, static_cast<SocketKind>(9), 0),
            Error::kSocketTypeNotSupported);
  EXPECT_EQ(open_error(env(), Family::kIp4, SocketKind::kTcp, 17), Error::kProtocolNotSupported);
  EXPECT_EQ(open_error(env(), Family::kIp4, SocketKind::kUdp, 6), Error::kProtocolNotSupported);
  EXPECT_EQ(open_error(env(), Family::kIp4, SocketKind::kPing, 17), Error::kProtocolNotSupported);
  EXPECT_EQ(open_error(env(), Family::kIp4, SocketKind::kRaw, 0), Error::kProtocolNotSupported);
  EXPECT_EQ(open_error(env(), Family::kIp4, SocketKind::kTcp, 6), Error::kNone);
  EXPECT_EQ(open_error(env(), Family::kIp4, SocketKind::kRaw, 99), Error::kNone);
}

TEST_F(Calls, WithoutAnEndpointNoSocketIsLeftBehind) {
  for (size_t n = 0; n < kConfig.raw_endpoints; ++n) open(SocketKind::kRaw, 1);
  const size_t used = sockets_->used();
  EXPECT_EQ(open_error(env(), Family::kIp4, SocketKind::kRaw, 1), Error::kTooManySockets);
  EXPECT_EQ(sockets_->used(), used);
}

TEST_F(Calls, AStaleIdIsABadHandleForAll) {
  const SocketId id = tcp();
  ASSERT_TRUE(close(env(), id).ok());
  EXPECT_EQ(close(env(), id).error(), Error::kBadHandle);
  EXPECT_EQ(bind(env(), id, local_port(1)).error(), Error::kBadHandle);
  EXPECT_EQ(listen(env(), id, 1).error(), Error::kBadHandle);
  EXPECT_EQ(connect(env(), id, local_port(1)).error(), Error::kBadHandle);
  EXPECT_EQ(accept(env(), id).error(), Error::kBadHandle);
  EXPECT_EQ(send(id, text("x")).error(), Error::kBadHandle);
  EXPECT_EQ(receive_error(id), Error::kBadHandle);
  EXPECT_EQ(peek_spans(env(), id, {}), 0u);
  EXPECT_EQ(consume(env(), id, 1).error(), Error::kBadHandle);
  EXPECT_EQ(reserve_send(env(), id, 1, {}).error(), Error::kBadHandle);
  EXPECT_EQ(commit_send(env(), id, 0, {}).error(), Error::kBadHandle);
  EXPECT_EQ(shutdown(env(), id, Shutdown::kBoth).error(), Error::kBadHandle);
  EXPECT_EQ(take_error(env(), id), Error::kBadHandle);
  EXPECT_EQ(take_queued_error(env(), id).error(), Error::kBadHandle);
  EXPECT_EQ(set_option(env(), id, Option::kTtl, 1).error(), Error::kBadHandle);
}

TEST_F(Calls, UrgentDataIsForStreamsOnly) {
  const SocketId id = open(SocketKind::kUdp);
  const Frame bytes = text("x");
  const mem::ConstBytes parts[] = {bytes};
  EXPECT_EQ(socket::send(env(), id, {.parts = parts, .to = {}, .urgent = true}).error(),
            Error::kNotSupported);
}

}  // namespace
}  // namespace tapstack::socket
