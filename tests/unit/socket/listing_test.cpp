#include "socket/listing.h"

#include <vector>

#include "tests/unit/socket/socket_test.h"

namespace tapstack::socket {
namespace {

class Listing : public SocketTest {
 protected:
  ListView at() const { return {view(), *timers_, ctx_.now}; }
  std::vector<ListedSocket> all(SocketKind kind) const {
    std::vector<ListedSocket> lines;
    ListedSocket line;
    for (uint32_t position = 0; list_next(at(), kind, position, line);) lines.push_back(line);
    return lines;
  }
};

TEST_F(Listing, EachKindIsListedByItself) {
  const SocketId udp = open(SocketKind::kUdp);
  ASSERT_TRUE(bind(env(), udp, local_port(53)).ok());
  const SocketId raw = open(SocketKind::kRaw, 89);
  const auto [client, server] = connection(80);
  ASSERT_EQ(all(SocketKind::kUdp).size(), 1u);
  EXPECT_EQ(all(SocketKind::kUdp)[0].socket, udp);
  EXPECT_EQ(all(SocketKind::kUdp)[0].line.local, local_port(53));
  ASSERT_EQ(all(SocketKind::kRaw).size(), 1u);
  EXPECT_EQ(all(SocketKind::kRaw)[0].socket, raw);
  EXPECT_EQ(all(SocketKind::kRaw)[0].line.local.port, Port{89}) << "the protocol, as Linux";
  EXPECT_TRUE(all(SocketKind::kPing).empty());
  const std::vector<ListedSocket> tcp = all(SocketKind::kTcp);
  ASSERT_EQ(tcp.size(), 3u);
  EXPECT_EQ(tcp[1].socket, client);
  EXPECT_EQ(tcp[2].socket, server);
}

TEST_F(Listing, ADatagramSocketWithoutPortIsNotListed) {
  const SocketId udp = open(SocketKind::kUdp);
  EXPECT_TRUE(all(SocketKind::kUdp).empty());
  ASSERT_TRUE(connect(env(), udp, local_port(53)).ok());
  ASSERT_EQ(all(SocketKind::kUdp).size(), 1u);
  EXPECT_EQ(all(SocketKind::kUdp)[0].line.state, TcpState::kEstablished);
  EXPECT_EQ(all(SocketKind::kUdp)[0].line.remote, local_port(53));
}

TEST_F(Listing, WhatWaitsInADatagramSocketIsCountedAndWhatWasLost) {
  const SocketId udp = open(SocketKind::kUdp);
  ASSERT_TRUE(bind(env(), udp, local_port(53)).ok());
  ASSERT_TRUE(set_option(env(), udp, Option::kReceiveBuffer, 0).ok());
  const SocketId from = open(SocketKind::kUdp);
  DatagramInfo to;
  to.peer = local_port(53);
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(send(from, Frame(1000), to).ok());
    run();
  }
  const Listed line = all(SocketKind::kUdp)[0].line;
  EXPECT_GE(line.receive_queue, 1000u);
  EXPECT_GT(line.drops, 0u);
}

TEST_F(Listing, OneDatagramSocketIsFoundByBothEndsBeforeItsOwnAlone) {
  const SocketId all_peers = open(SocketKind::kUdp), one_peer = open(SocketKind::kUdp);
  for (const SocketId id : {all_peers, one_peer}) {
    ASSERT_TRUE(set_option(env(), id, Option::kReuseAddress, 1).ok());
    ASSERT_TRUE(bind(env(), id, local_port(53)).ok());
  }
  ASSERT_TRUE(connect(env(), one_peer, local_port(99)).ok());
  ListedSocket found;
  ASSERT_TRUE(list_one(at(), SocketKind::kUdp, {local_port(53), local_port(99)}, {}, found));
  EXPECT_EQ(found.socket, one_peer);
  ASSERT_TRUE(list_one(at(), SocketKind::kUdp, {local_port(53), local_port(98)}, {}, found));
  EXPECT_EQ(found.socket, all_peers);
  EXPECT_FALSE(list_one(at(), SocketKind::kUdp, {local_port(54), local_port(98)}, {}, found));
}

TEST_F(Listing, FiguresAreThoseOfTheLine) {
  const auto [client, server] = connection(80);
  send(client, text("abc")).ok();
  run();
  const ListedSocket line = all(SocketKind::kTcp).at(2);
  ASSERT_EQ(line.socket, server);
  const auto info = listed_info(at(), line.line);
  ASSERT_TRUE(info.ok());
  EXPECT_EQ(info->bytes_received, 3u);
  EXPECT_TRUE(listed_settings(at(), line.line).ok());
}

TEST_F(Listing, ADestroyedConnectionIsAbortedForItsProgramAndResetForThePeer) {
  const auto [client, server] = connection(80);
  const ListedSocket line = all(SocketKind::kTcp).at(1);
  ASSERT_EQ(line.socket, client);
  ASSERT_TRUE(destroy_listed(env(), SocketKind::kTcp, line.line).ok());
  run();
  EXPECT_EQ(receive_error(client), Error::kConnectionAborted);
  EXPECT_EQ(receive_error(server), Error::kConnectionReset);
  EXPECT_EQ(destroy_listed(env(), SocketKind::kTcp, line.line).error(), Error::kBadHandle);
}

TEST_F(Listing, AListenerIsNotDestroyedHere) {
  listener(80);
  EXPECT_EQ(destroy_listed(env(), SocketKind::kTcp, all(SocketKind::kTcp).at(0).line).error(),
            Error::kNotSupported);
}

TEST_F(Listing, ADestroyedDatagramSocketHasAnErrorAndNoPeer) {
  const SocketId udp = open(SocketKind::kUdp);
  ASSERT_TRUE(bind(env(), udp, local_port(53)).ok());
  ASSERT_TRUE(connect(env(), udp, local_port(99)).ok());
  ASSERT_TRUE(destroy_listed(env(), SocketKind::kUdp, all(SocketKind::kUdp).at(0).line).ok());
  SocketId told;
  EXPECT_TRUE(sockets_->next_event(told));
  EXPECT_EQ(told, udp);
  EXPECT_EQ(receive_error(udp), Error::kConnectionAborted);
  EXPECT_EQ(remote_endpoint(view(), udp).error(), Error::kNotConnected);
  EXPECT_EQ(local_endpoint(view(), udp)->port, Port{53}) << "what bind() asked for stays";
}

}  // namespace
}  // namespace tapstack::socket
