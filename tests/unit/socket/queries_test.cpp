#include "socket/queries.h"

#include "tests/unit/socket/socket_test.h"

namespace tapstack::socket {
namespace {

using Queries = SocketTest;

TEST_F(Queries, AStaleIdIsABadHandleAndNeverReady) {
  const SocketId id = tcp();
  ASSERT_TRUE(close(env(), id).ok());
  EXPECT_EQ(local_endpoint(view(), id).error(), Error::kBadHandle);
  EXPECT_EQ(remote_endpoint(view(), id).error(), Error::kBadHandle);
  EXPECT_EQ(readable_bytes(view(), id).error(), Error::kBadHandle);
  EXPECT_EQ(unsent_bytes(view(), id).error(), Error::kBadHandle);
  EXPECT_EQ(get_option(view(), id, ctx_.now, Option::kTtl).error(), Error::kBadHandle);
  EXPECT_EQ(tcp_info(view(), id, ctx_.now).error(), Error::kBadHandle);
  EXPECT_EQ(ready(id), 0u);
}

TEST_F(Queries, UnsentBytesAreThoseThatThePeerHasNotAcknowledged) {
  const auto [client, server] = connection(80);
  ASSERT_TRUE(send(client, text("hello")).ok());
  EXPECT_EQ(*unsent_bytes(view(), client), 5u);
  run();
  pass(Duration::ms(500));  // a delayed acknowledgement
  EXPECT_EQ(*unsent_bytes(view(), client), 0u);
  EXPECT_EQ(*readable_bytes(view(), server), 5u);
  EXPECT_EQ(*unsent_bytes(view(), open(SocketKind::kUdp)), 0u);
}

TEST_F(Queries, InfoTellsTheState) {
  EXPECT_EQ(tcp_info(view(), tcp(), ctx_.now)->state, TcpState::kClosed);
  const SocketId from = listener(80);
  EXPECT_EQ(tcp_info(view(), from, ctx_.now)->state, TcpState::kListen);
  const SocketId client = tcp();
  EXPECT_EQ(connect(env(), client, local_port(80)).error(), Error::kInProgress);
  EXPECT_EQ(tcp_info(view(), client, ctx_.now)->state, TcpState::kSynSent);
  run();
  EXPECT_EQ(tcp_info(view(), client, ctx_.now)->state, TcpState::kEstablished);
}

}  // namespace
}  // namespace tapstack::socket
