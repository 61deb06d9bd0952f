#include "socket/datagram_socket.h"

#include "tests/unit/socket/socket_test.h"

namespace tapstack::socket {
namespace {

class DatagramSocket : public SocketTest {
 protected:
  static DatagramInfo to(const Endpoint& peer) {
    DatagramInfo info;
    info.peer = peer;
    return info;
  }
  SocketId udp(uint16_t port = 0) {
    const SocketId id = open(SocketKind::kUdp);
    if (port != 0) {
      EXPECT_TRUE(bind(env(), id, local_port(port)).ok());
    }
    return id;
  }
};

TEST_F(DatagramSocket, IsWritableFromTheStart) {
  EXPECT_EQ(ready(udp()), kOut);
  EXPECT_EQ(ready(open(SocketKind::kPing)), kOut);
  EXPECT_EQ(ready(open(SocketKind::kRaw, 1)), kOut);
}

TEST_F(DatagramSocket, CarriesDatagramsOverLoopback) {
  const SocketId a = udp(5000);
  const SocketId b = udp();
  EXPECT_EQ(*send(b, text("hello"), to(local_port(5000))), 5u);
  run();
  EXPECT_EQ(ready(a), kIn | kOut);
  EXPECT_EQ(*readable_bytes(view(), a), 5u);
  EXPECT_EQ(read(a), text("hello"));
  EXPECT_EQ(receive_error(a), Error::kWouldBlock);
}

TEST_F(DatagramSocket, AnUnspecifiedDestinationIsThisHost) {
  const SocketId a = udp(5000);
  EXPECT_TRUE(send(udp(), text("x"), to({Ip4Address::any(), Port{5000}})).ok());
  run();
  EXPECT_EQ(read(a), text("x"));
}

TEST_F(DatagramSocket, ARefusedDatagramIsAnErrorOnceOfAConnectedSocket) {
  const SocketId id = udp();
  ASSERT_TRUE(connect(env(), id, local_port(5000)).ok());
  ASSERT_TRUE(send(id, text("x")).ok());
  run();
  EXPECT_EQ(ready(id), kOut | kErr);
  EXPECT_EQ(receive_error(id), Error::kConnectionRefused);
  EXPECT_EQ(receive_error(id), Error::kWouldBlock);
  EXPECT_EQ(ready(id), kOut);
}

TEST_F(DatagramSocket, TheErrorQueueMakesItReadyUntilItIsEmpty) {
  const SocketId id = udp();
  ASSERT_TRUE(set_option(env(), id, Option::kReceiveErrors, 1).ok());
  ASSERT_TRUE(send(id, text("quoted"), to(local_port(5000))).ok());
  run();
  EXPECT_EQ(take_error(env(), id), Error::kConnectionRefused);
  EXPECT_EQ(ready(id), kOut | kErr);
  const auto error = take_queued_error(env(), id);
  ASSERT_TRUE(error.ok());
  EXPECT_EQ(error->destination, local_port(5000));
  EXPECT_EQ(Frame(error->payload, error->payload + error->payload_bytes), text("quoted"));
  EXPECT_EQ(ready(id), kOut);
  EXPECT_EQ(take_queued_error(env(), id).error(), Error::kWouldBlock);
}

TEST_F(DatagramSocket, ConnectAndDisconnectChangeTheEnds) {
  const SocketId id = udp();
  EXPECT_EQ(remote_endpoint(view(), id).error(), Error::kNotConnected);
  ASSERT_TRUE(connect(env(), id, local_port(5000)).ok());
  EXPECT_EQ(*remote_endpoint(view(), id), local_port(5000));
  EXPECT_EQ(local_endpoint(view(), id)->address, IpAddress(Ip4Address::loopback()));
  ASSERT_TRUE(connect(env(), id, {}).ok());
  EXPECT_EQ(remote_endpoint(view(), id).error(), Error::kNotConnected);
}

TEST_F(DatagramSocket, ShutdownWorksWithoutAPeerButSaysSo) {
  const SocketId id = udp(5000);
  EXPECT_EQ(shutdown(env(), id, Shutdown::kBoth).error(), Error::kNotConnected);
  EXPECT_EQ(ready(id), kIn | kOut | kRdHup | kHup);
  EXPECT_EQ(send(id, text("x"), to(local_port(5001))).error(), Error::kBrokenPipe);
  Frame bytes;
  EXPECT_EQ(*receive(id, bytes), 0u);
}

TEST_F(DatagramSocket, ASendIsToldOfAPendingErrorOnceButNotBeforeABadAddress) {
  const SocketId id = udp();
  ASSERT_TRUE(connect(env(), id, local_port(5000)).ok());
  ASSERT_TRUE(send(id, text("x")).ok());
  run();
  EXPECT_EQ(pending_error(view(), id), Error::kConnectionRefused);
  EXPECT_EQ(send(id, text("x"), to(local_port(0))).error(), Error::kInvalid);
  EXPECT_EQ(send(id, text("x")).error(), Error::kConnectionRefused);
  EXPECT_EQ(pending_error(view(), id), Error::kNone);
  EXPECT_TRUE(send(id, text("x")).ok());
}

TEST_F(DatagramSocket, WhereADatagramGoesComesBeforeAShutdown) {
  const SocketId id = udp(5000);
  EXPECT_EQ(shutdown(env(), id, Shutdown::kSend).error(), Error::kNotConnected);
  EXPECT_EQ(send(id, text("x")).error(), Error::kDestinationRequired);
  EXPECT_EQ(check_send(env(), id, to(local_port(0)), false).error(), Error::kInvalid);
  EXPECT_EQ(check_send(env(), id, to(local_port(1)), true).error(), Error::kMessageTooLong);
  EXPECT_EQ(check_send(env(), id, to(local_port(1)), false).error(), Error::kBrokenPipe);
}

// As tracepath begins: it is told the MTU at once (ipv6_local_error).
TEST_F(DatagramSocket, TooLongForAnyPathIsToldWithTheMtu) {
  const SocketId id = udp();
  ASSERT_TRUE(set_option(env(), id, Option::kReceiveErrors, 1).ok());
  EXPECT_EQ(check_send(env(), id, to(local_port(1)), true).error(), Error::kMessageTooLong);
  const auto told = take_queued_error(env(), id);
  ASSERT_TRUE(told.ok());
  EXPECT_EQ(told->error, Error::kMessageTooLong);
  EXPECT_TRUE(told->is_local);
  EXPECT_EQ(told->info, kConfig.loopback_mtu_bytes);
}

TEST_F(DatagramSocket, CheckingASendSendsNothing) {
  const SocketId id = udp();
  EXPECT_TRUE(check_send(env(), id, to(local_port(5000)), false).ok());
  run();
  EXPECT_EQ(check_send(env(), id, {}, true).error(), Error::kDestinationRequired);
  EXPECT_EQ(local_endpoint(view(), id)->port, Port{});
  EXPECT_EQ(check_send(env(), tcp(), to(local_port(5000)), false).error(), Error::kNotSupported);
}

TEST_F(DatagramSocket, DissolvingGivesUpAPortThatBindChose) {
  const SocketId id = udp();
  ASSERT_TRUE(bind(env(), id, local_port(0)).ok());
  EXPECT_EQ(bind(env(), id, {Ip4Address::from(8, 8, 8, 8), Port{}}).error(),
            Error::kAddressNotAvailable);  // before the socket's state, as __inet_bind
  EXPECT_EQ(bind(env(), id, local_port(0)).error(), Error::kInvalid);
  ASSERT_TRUE(connect(env(), id, {}).ok());
  EXPECT_TRUE(bind(env(), id, local_port(0)).ok());
}

TEST_F(DatagramSocket, PingsItself) {
  const SocketId id = open(SocketKind::kPing);
  const Frame request = {8, 0, 0, 0, 0, 0, 0, 1, 'd', 'a', 't', 'a'};
  EXPECT_EQ(*send(id, request, to({Ip4Address::loopback(), Port{}})), request.size());
  run();
  const Frame reply = read(id);
  ASSERT_EQ(reply.size(), request.size());
  EXPECT_EQ(reply[0], 0);
  EXPECT_EQ(Frame(reply.begin() + 6, reply.end()), Frame(request.begin() + 6, request.end()));
}

TEST_F(DatagramSocket, StreamCallsAreNotSupported) {
  const SocketId id = udp();
  EXPECT_EQ(listen(env(), id, 1).error(), Error::kNotSupported);
  EXPECT_EQ(accept(env(), id).error(), Error::kNotSupported);
  EXPECT_EQ(consume(env(), id, 1).error(), Error::kNotSupported);
  EXPECT_EQ(tcp_info(view(), id, ctx_.now).error(), Error::kNotSupported);
}

TEST_F(DatagramSocket, ClosingFreesWhatWaits) {
  const SocketId a = udp(5000);
  ASSERT_TRUE(send(udp(), text("hello"), to(local_port(5000))).ok());
  run();
  ASSERT_TRUE(close(env(), a).ok());
  expect_nothing_held();
}

}  // namespace
}  // namespace tapstack::socket
