#include "socket/tcp_socket.h"

#include "tests/unit/socket/socket_test.h"

namespace tapstack::socket {
namespace {

using TcpSocket = SocketTest;

TEST_F(TcpSocket, AFreshOneIsWritableAndHungUpAsOnLinux) {
  const SocketId id = tcp();
  EXPECT_EQ(ready(id), kOut | kHup);
  EXPECT_EQ(send(id, text("x")).error(), Error::kBrokenPipe);
  EXPECT_EQ(receive_error(id), Error::kNotConnected);
  EXPECT_EQ(shutdown(env(), id, Shutdown::kBoth).error(), Error::kNotConnected);
  EXPECT_EQ(remote_endpoint(view(), id).error(), Error::kNotConnected);
  EXPECT_EQ(*local_endpoint(view(), id), (Endpoint{Ip4Address::any(), Port{}}));
}

TEST_F(TcpSocket, BindTwiceIsInvalidAndForeignAddressesAreNotAvailable) {
  const SocketId id = tcp();
  EXPECT_EQ(bind(env(), id, {Ip4Address::from(8, 8, 8, 8), Port{80}}).error(),
            Error::kAddressNotAvailable);
  ASSERT_TRUE(bind(env(), id, local_port(80)).ok());
  EXPECT_EQ(bind(env(), id, local_port(81)).error(), Error::kInvalid);
  EXPECT_EQ(bind(env(), tcp(), local_port(80)).error(), Error::kAddressInUse);
  EXPECT_EQ(*local_endpoint(view(), id), local_port(80));
}

TEST_F(TcpSocket, APortThatBindChoseIsNotLetGoOfBeforeItWasUsed) {
  const SocketId id = tcp();
  ASSERT_TRUE(bind(env(), id, local_port(0)).ok());
  EXPECT_EQ(bind(env(), id, local_port(0)).error(), Error::kInvalid);
  ASSERT_TRUE(connect(env(), id, {}).ok());
  EXPECT_EQ(bind(env(), id, local_port(0)).error(), Error::kInvalid);
}

TEST_F(TcpSocket, ListeningWithoutABindChoosesAPort) {
  const SocketId id = tcp();
  ASSERT_TRUE(listen(env(), id, 1).ok());
  EXPECT_NE(local_endpoint(view(), id)->port.value, 0);
  EXPECT_TRUE(listen(env(), id, 2).ok());
}

TEST_F(TcpSocket, AListenerBecomesReadableWhenAConnectionWaits) {
  const SocketId from = listener(80);
  EXPECT_EQ(ready(from), 0u);
  EXPECT_EQ(accept(env(), from).error(), Error::kWouldBlock);
  const SocketId client = tcp();
  EXPECT_EQ(connect(env(), client, local_port(80)).error(), Error::kInProgress);
  run();
  EXPECT_EQ(ready(from), kIn);
  const auto server = accept(env(), from);
  ASSERT_TRUE(server.ok());
  EXPECT_EQ(ready(from), 0u);
  EXPECT_EQ(*remote_endpoint(view(), *server), *local_endpoint(view(), client));
  EXPECT_EQ(*local_endpoint(view(), *server), local_port(80));
}

TEST_F(TcpSocket, AListenerNeitherConnectsNorCarriesData) {
  const SocketId id = listener(80);
  EXPECT_EQ(connect(env(), id, local_port(81)).error(), Error::kIsConnected);
  EXPECT_EQ(send(id, text("x")).error(), Error::kBrokenPipe);
  EXPECT_EQ(receive_error(id), Error::kNotConnected);
}

TEST_F(TcpSocket, AcceptOnWhatDoesNotListenIsInvalid) {
  EXPECT_EQ(accept(env(), tcp()).error(), Error::kInvalid);
}

TEST_F(TcpSocket, ConnectIsInProgressThenAlreadyThenConnected) {
  listener(80);
  const SocketId id = tcp();
  EXPECT_EQ(connect(env(), id, local_port(80)).error(), Error::kInProgress);
  EXPECT_EQ(ready(id), 0u);
  EXPECT_EQ(connect(env(), id, local_port(80)).error(), Error::kAlready);
  EXPECT_EQ(receive_error(id), Error::kWouldBlock);
  run();
  EXPECT_EQ(ready(id), kOut);
  EXPECT_EQ(listen(env(), id, 1).error(), Error::kInvalid);
  EXPECT_TRUE(connect(env(), id, local_port(80)).ok());  // as Linux: the end of the first, once
  EXPECT_EQ(connect(env(), id, local_port(80)).error(), Error::kIsConnected);
  EXPECT_EQ(listen(env(), id, 1).error(), Error::kInvalid);
}

TEST_F(TcpSocket, ShutdownTakesThePlaceOfTheConnectThatTellsOfTheEnd) {
  const SocketId from = listener(80);
  const SocketId id = tcp();
  EXPECT_EQ(connect(env(), id, local_port(80)).error(), Error::kInProgress);
  run();
  ASSERT_TRUE(accept(env(), from).ok());
  ASSERT_TRUE(shutdown(env(), id, Shutdown::kSend).ok());
  EXPECT_EQ(connect(env(), id, local_port(80)).error(), Error::kIsConnected);
}

TEST_F(TcpSocket, ARefusedConnectIsReportedOnceAndLeavesTheSocketUsable) {
  const SocketId id = tcp();
  EXPECT_EQ(connect(env(), id, local_port(80)).error(), Error::kInProgress);
  run();
  EXPECT_EQ(ready(id), kIn | kOut | kErr | kHup | kRdHup);
  EXPECT_EQ(take_error(env(), id), Error::kConnectionRefused);
  EXPECT_EQ(take_error(env(), id), Error::kNone);
  EXPECT_EQ(ready(id), kIn | kOut | kHup | kRdHup);
  EXPECT_EQ(listen(env(), id, 1).error(), Error::kInvalid);
  listener(80);
  EXPECT_EQ(connect(env(), id, local_port(80)).error(), Error::kConnectionAborted);
  EXPECT_EQ(ready(id), kOut | kHup);
  EXPECT_EQ(connect(env(), id, local_port(80)).error(), Error::kInProgress);
  run();
  EXPECT_EQ(ready(id), kOut);
}

TEST_F(TcpSocket, ConnectReportsAFailureThatNobodyAskedFor) {
  const SocketId id = tcp();
  EXPECT_EQ(connect(env(), id, local_port(80)).error(), Error::kInProgress);
  run();
  EXPECT_EQ(connect(env(), id, local_port(80)).error(), Error::kConnectionRefused);
  EXPECT_EQ(connect(env(), id, local_port(80)).error(), Error::kInProgress);
}

TEST_F(TcpSocket, WhoWaitsForAConnectHearsOfItsEndAndMakesNoOther) {
  const SocketId id = tcp();
  EXPECT_EQ(end_connect(env(), id).error(), Error::kConnectionAborted);
  EXPECT_EQ(connect(env(), id, local_port(80)).error(), Error::kInProgress);
  EXPECT_EQ(end_connect(env(), id).error(), Error::kAlready);
  run();
  EXPECT_EQ(end_connect(env(), id).error(), Error::kConnectionRefused);
  EXPECT_EQ(end_connect(env(), id).error(), Error::kConnectionAborted);
  EXPECT_EQ(ready(id), kOut | kHup);
}

TEST_F(TcpSocket, AfterARefusalThatWasShutDownConnectIsInvalidUntilDissolved) {
  const SocketId id = tcp();
  EXPECT_EQ(connect(env(), id, local_port(80)).error(), Error::kInProgress);
  run();
  EXPECT_EQ(shutdown(env(), id, Shutdown::kBoth).error(), Error::kNotConnected);
  EXPECT_EQ(connect(env(), id, local_port(80)).error(), Error::kInvalid);
  ASSERT_TRUE(connect(env(), id, {}).ok());
  EXPECT_EQ(connect(env(), id, local_port(80)).error(), Error::kInProgress);
}

TEST_F(TcpSocket, APortThatBindChoseGoesBackWhenTheSocketIsClosed) {
  const SocketId id = tcp();
  ASSERT_TRUE(bind(env(), id, local_port(0)).ok());
  ASSERT_TRUE(listen(env(), id, 1).ok());
  const Port port = local_endpoint(view(), id)->port;
  ASSERT_TRUE(shutdown(env(), id, Shutdown::kReceive).ok());
  EXPECT_EQ(*local_endpoint(view(), id), (Endpoint{Ip4Address::loopback(), port}));
  EXPECT_TRUE(bind(env(), tcp(), local_port(port.value)).ok());
  ASSERT_TRUE(listen(env(), id, 1).ok());
  EXPECT_EQ(local_endpoint(view(), id)->address, IpAddress(Ip4Address::loopback()));
  EXPECT_NE(local_endpoint(view(), id)->port, port);
}

TEST_F(TcpSocket, APortThatBindNamedStaysWithTheSocket) {
  const SocketId id = listener(80);
  ASSERT_TRUE(shutdown(env(), id, Shutdown::kReceive).ok());
  EXPECT_EQ(bind(env(), id, local_port(81)).error(), Error::kInvalid);
  EXPECT_EQ(bind(env(), tcp(), local_port(80)).error(), Error::kAddressInUse);
  ASSERT_TRUE(listen(env(), id, 1).ok());
  EXPECT_EQ(*local_endpoint(view(), id), local_port(80));
}

TEST_F(TcpSocket, ASocketWhoseConnectionIsOverCanBeBoundAgain) {
  const auto [client, server] = connection(80);
  EXPECT_EQ(bind(env(), client, local_port(81)).error(), Error::kInvalid);
  ASSERT_TRUE(set_option(env(), server, Option::kLingerS, 0).ok());
  ASSERT_TRUE(close(env(), server).ok());
  run();
  ASSERT_TRUE(bind(env(), client, local_port(81)).ok());
  EXPECT_EQ(*local_endpoint(view(), client), local_port(81));
  EXPECT_EQ(bind(env(), client, local_port(82)).error(), Error::kInvalid);
  EXPECT_EQ(receive_error(client), Error::kConnectionReset);
}

TEST_F(TcpSocket, AResetBeforeAcceptIsFoundByTheFirstReceiveAfterIt) {
  const SocketId from = listener(80);
  const SocketId client = tcp();
  EXPECT_EQ(connect(env(), client, local_port(80)).error(), Error::kInProgress);
  run();
  ASSERT_TRUE(send(client, text("last")).ok());
  run();
  ASSERT_TRUE(set_option(env(), client, Option::kLingerS, 0).ok());
  ASSERT_TRUE(close(env(), client).ok());
  run();
  const SocketId server = *accept(env(), from);
  EXPECT_EQ(ready(server), kIn | kOut | kErr | kHup | kRdHup);
  EXPECT_EQ(read(server), text("last"));
  EXPECT_EQ(receive_error(server), Error::kConnectionReset);
  EXPECT_EQ(receive_error(server), Error::kNone);
}

TEST_F(TcpSocket, CarriesBytesBothWays) {
  const auto [client, server] = connection(80);
  EXPECT_EQ(*send(client, text("ping")), 4u);
  run();
  EXPECT_EQ(ready(server), kIn | kOut);
  EXPECT_EQ(*readable_bytes(view(), server), 4u);
  EXPECT_EQ(read(server), text("ping"));
  EXPECT_EQ(receive_error(server), Error::kWouldBlock);
  EXPECT_EQ(*send(server, text("pong")), 4u);
  run();
  EXPECT_EQ(read(client), text("pong"));
}

TEST_F(TcpSocket, AHalfCloseEndsOneDirectionOnly) {
  const auto [client, server] = connection(80);
  ASSERT_TRUE(send(client, text("last")).ok());
  ASSERT_TRUE(shutdown(env(), client, Shutdown::kSend).ok());
  EXPECT_EQ(send(client, text("x")).error(), Error::kBrokenPipe);
  run();
  EXPECT_EQ(ready(server), kIn | kOut | kRdHup);
  EXPECT_EQ(read(server), text("last"));
  Frame bytes;
  EXPECT_EQ(*receive(server, bytes), 0u);
  ASSERT_TRUE(send(server, text("answer")).ok());
  run();
  EXPECT_EQ(read(client), text("answer"));
  ASSERT_TRUE(shutdown(env(), server, Shutdown::kSend).ok());
  run();
  EXPECT_EQ(ready(server), kIn | kOut | kRdHup | kHup);
}

TEST_F(TcpSocket, ShuttingDownReceptionAnswersEndOfStream) {
  const auto [client, server] = connection(80);
  ASSERT_TRUE(shutdown(env(), server, Shutdown::kReceive).ok());
  EXPECT_EQ(ready(server), kIn | kOut | kRdHup);
  Frame bytes;
  EXPECT_EQ(*receive(server, bytes), 0u);
  (void)client;
}

TEST_F(TcpSocket, AResetIsReportedOnceAndThenIsTheEnd) {
  const auto [client, server] = connection(80);
  ASSERT_TRUE(set_option(env(), server, Option::kLingerS, 0).ok());
  ASSERT_TRUE(close(env(), server).ok());
  run();
  EXPECT_EQ(ready(client), kIn | kOut | kErr | kHup | kRdHup);
  EXPECT_EQ(receive_error(client), Error::kConnectionReset);
  Frame bytes;
  EXPECT_EQ(*receive(client, bytes), 0u);
  EXPECT_EQ(send(client, text("x")).error(), Error::kBrokenPipe);
  EXPECT_EQ(connect(env(), client, local_port(80)).error(), Error::kConnectionAborted);
}

TEST_F(TcpSocket, DissolvingAConnectionResetsItAndLeavesAFreshSocket) {
  const auto [client, server] = connection(80);
  const Port port = local_endpoint(view(), client)->port;
  ASSERT_TRUE(connect(env(), client, {}).ok());
  run();
  EXPECT_EQ(receive_error(server), Error::kConnectionReset);
  EXPECT_EQ(*local_endpoint(view(), client), (Endpoint{Ip4Address::any(), port}));
  EXPECT_EQ(ready(client), kOut | kHup | kErr);  // tcp_disconnect leaves ECONNRESET behind
  EXPECT_EQ(receive_error(client), Error::kConnectionReset);
  EXPECT_EQ(ready(client), kOut | kHup);
  EXPECT_EQ(receive_error(client), Error::kNotConnected);
  EXPECT_EQ(send(client, text("x")).error(), Error::kBrokenPipe);
}

TEST_F(TcpSocket, ShuttingDownWhatIsNotConnectedTakesEffectAndIsAnError) {
  const SocketId id = tcp();
  EXPECT_EQ(shutdown(env(), id, Shutdown::kReceive).error(), Error::kNotConnected);
  EXPECT_EQ(ready(id), kIn | kOut | kHup | kRdHup);
  EXPECT_EQ(receive_error(id), Error::kNone);
}

TEST_F(TcpSocket, ShutdownEndsListeningAndConnecting) {
  const SocketId from = listener(80);
  ASSERT_TRUE(shutdown(env(), from, Shutdown::kSend).ok());
  EXPECT_EQ(accept(env(), from).error(), Error::kWouldBlock);
  ASSERT_TRUE(shutdown(env(), from, Shutdown::kReceive).ok());
  EXPECT_EQ(accept(env(), from).error(), Error::kInvalid);
  const SocketId id = tcp();
  EXPECT_EQ(connect(env(), id, local_port(80)).error(), Error::kInProgress);
  ASSERT_TRUE(shutdown(env(), id, Shutdown::kBoth).ok());
  EXPECT_EQ(take_error(env(), id), Error::kConnectionReset);
  EXPECT_EQ(ready(id), kOut | kHup);
}

TEST_F(TcpSocket, AnAcceptedSocketInheritsTheListenersOptions) {
  const SocketId from = listener(80);
  ASSERT_TRUE(set_option(env(), from, Option::kNoDelay, 1).ok());
  ASSERT_TRUE(set_option(env(), from, Option::kReceiveLowWater, 3).ok());
  const SocketId client = tcp();
  EXPECT_EQ(connect(env(), client, local_port(80)).error(), Error::kInProgress);
  run();
  const SocketId server = *accept(env(), from);
  EXPECT_EQ(*get_option(view(), server, ctx_.now, Option::kNoDelay), 1);
  ASSERT_TRUE(send(client, text("12")).ok());
  run();
  EXPECT_EQ(ready(server), kOut);
  ASSERT_TRUE(send(client, text("3")).ok());
  run();
  EXPECT_EQ(ready(server), kIn | kOut);
}

TEST_F(TcpSocket, WhatConcernsAcceptingStaysWithTheListener) {  // inet_csk_clone_lock
  const SocketId from = listener(80);
  ASSERT_TRUE(set_option(env(), from, Option::kDeferAcceptS, 3).ok());
  ASSERT_TRUE(set_option(env(), from, Option::kBroadcast, 1).ok());
  const SocketId client = tcp();
  EXPECT_EQ(connect(env(), client, local_port(80)).error(), Error::kInProgress);
  run();
  ASSERT_TRUE(send(client, text("1")).ok());
  run();
  const SocketId server = *accept(env(), from);
  EXPECT_EQ(*get_option(view(), server, ctx_.now, Option::kDeferAcceptS), 0);
  EXPECT_EQ(*get_option(view(), server, ctx_.now, Option::kBroadcast), 1);
}

TEST_F(TcpSocket, AcceptWithoutAFreeSocketLeavesTheConnectionQueued) {
  const SocketId from = listener(80);
  EXPECT_EQ(connect(env(), tcp(), local_port(80)).error(), Error::kInProgress);
  run();
  std::vector<SocketId> others;
  while (sockets_->used() < kConfig.sockets) others.push_back(tcp());
  EXPECT_EQ(accept(env(), from).error(), Error::kTooManySockets);
  ASSERT_TRUE(close(env(), others.back()).ok());
  EXPECT_TRUE(accept(env(), from).ok());
}

TEST_F(TcpSocket, SpansOfTheQueuesCarryTheSameBytes) {
  const auto [client, server] = connection(80);
  mem::Bytes room[4];
  const auto n = reserve_send(env(), client, 5, room);
  ASSERT_TRUE(n.ok());
  ASSERT_GE(*n, 1u);
  std::copy_n("hello", 5, room[0].data());
  ASSERT_TRUE(commit_send(env(), client, 5, {}).ok());
  run();
  mem::ConstBytes spans[4];
  ASSERT_EQ(peek_spans(env(), server, spans), 1u);
  EXPECT_EQ(Frame(spans[0].begin(), spans[0].end()), text("hello"));
  ASSERT_TRUE(consume(env(), server, 2).ok());
  EXPECT_EQ(read(server), text("llo"));
}

TEST_F(TcpSocket, AStarvedSenderHasAnEventWhenThereIsMemoryAgain) {
  const auto [client, server] = connection(80);
  mem::Chain all;
  const size_t blocks = kConfig.blocks - memory_->blocks_used();
  ASSERT_TRUE(memory_->new_chain(static_cast<uint32_t>(blocks * kConfig.block_bytes), all,
                                 mem::Priority::kControl));
  EXPECT_EQ(send(client, text("x")).error(), Error::kWouldBlock);
  EXPECT_TRUE(sockets_->has_starved());
  memory_->free_chain(all);
  sockets_->feed_starved();
  SocketId id;
  ASSERT_TRUE(sockets_->next_event(id));
  if (id == server) {  // that it was accepted
    ASSERT_TRUE(sockets_->next_event(id));
  }
  EXPECT_EQ(id, client);
  EXPECT_FALSE(sockets_->has_starved());
}

TEST_F(TcpSocket, NothingIsLeftAfterClosingAndTimeWait) {
  const auto [client, server] = connection(80);
  ASSERT_TRUE(send(client, text("x")).ok());
  run();
  EXPECT_EQ(read(server), text("x"));
  ASSERT_TRUE(close(env(), client).ok());
  ASSERT_TRUE(close(env(), server).ok());
  run();
  pass(Duration::s(130));
  expect_nothing_held();
  EXPECT_EQ(layers_->tcp.tables().connections.used(), 0u);
  EXPECT_EQ(layers_->tcp.tables().time_waits.used(), 0u);
  EXPECT_TRUE(timers_->next_deadline().is_never());
}

}  // namespace
}  // namespace tapstack::socket
