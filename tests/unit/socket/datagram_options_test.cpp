#include "socket/datagram_options.h"

#include "socket/datagram_socket.h"
#include "tests/unit/socket/socket_test.h"

namespace tapstack::socket {
namespace {

class DatagramOptions : public SocketTest {
 protected:
  Error set(SocketId id, Option option, int64_t value) {
    return set_option(env(), id, option, value).error();
  }
  int64_t get(SocketId id, Option option) {
    const auto value = get_option(view(), id, ctx_.now, option);
    return value.ok() ? *value : -1000;
  }
};

TEST_F(DatagramOptions, DefaultsAreLinuxs) {
  const SocketId id = open(SocketKind::kUdp);
  EXPECT_EQ(get(id, Option::kTtl), 64);
  EXPECT_EQ(get(id, Option::kMulticastTtl), 1);
  EXPECT_EQ(get(id, Option::kMulticastLoop), 1);
  EXPECT_EQ(get(id, Option::kMtuDiscover), 1);
  EXPECT_EQ(get(id, Option::kReceiveBuffer), kConfig.receive_buffer_default_bytes);
  EXPECT_EQ(get(id, Option::kSendBuffer), kConfig.send_buffer_default_bytes);
  EXPECT_EQ(get(id, Option::kReceiveErrors), 0);
}

TEST_F(DatagramOptions, TtlsHaveTheirRangesAndMinusOneForTheDefault) {
  const SocketId id = open(SocketKind::kUdp);
  EXPECT_EQ(set(id, Option::kTtl, 0), Error::kInvalid);
  EXPECT_EQ(set(id, Option::kTtl, 255), Error::kNone);
  EXPECT_EQ(get(id, Option::kTtl), 255);
  EXPECT_EQ(set(id, Option::kTtl, -1), Error::kNone);
  EXPECT_EQ(get(id, Option::kTtl), 64);
  EXPECT_EQ(set(id, Option::kMulticastTtl, 0), Error::kNone);
  EXPECT_EQ(set(id, Option::kMulticastTtl, 256), Error::kInvalid);
  EXPECT_EQ(set(id, Option::kMtuDiscover, -1), Error::kInvalid);
  EXPECT_EQ(set(id, Option::kMtuDiscover, 3), Error::kNone);
}

TEST_F(DatagramOptions, OnlyUdpHasACork) {
  const SocketId udp = open(SocketKind::kUdp);
  EXPECT_EQ(get(udp, Option::kCork), 0);
  EXPECT_EQ(set(udp, Option::kCork, 5), Error::kNone);
  EXPECT_EQ(get(udp, Option::kCork), 1);
  EXPECT_EQ(set(open(SocketKind::kRaw, 99), Option::kCork, 1), Error::kNoProtocolOption);
}

TEST_F(DatagramOptions, BufferSizesReadBackDoubled) {
  const SocketId id = open(SocketKind::kUdp);
  EXPECT_EQ(set(id, Option::kReceiveBuffer, 5'000), Error::kNone);
  EXPECT_EQ(get(id, Option::kReceiveBuffer), 10'000);
  EXPECT_EQ(set(id, Option::kReceiveBuffer, 0), Error::kNone);
  EXPECT_EQ(get(id, Option::kReceiveBuffer), 2304);
}

TEST_F(DatagramOptions, HeaderIncludedAndIcmpFilterAreForRawSockets) {
  const SocketId udp = open(SocketKind::kUdp);
  EXPECT_EQ(set(udp, Option::kHeaderIncluded, 1), Error::kNoProtocolOption);
  EXPECT_EQ(set(udp, Option::kIcmpFilter, 1), Error::kNoProtocolOption);
  const SocketId other = open(SocketKind::kRaw, 99);
  EXPECT_EQ(set(other, Option::kHeaderIncluded, 1), Error::kNone);
  EXPECT_EQ(set(other, Option::kIcmpFilter, 1), Error::kNotSupported);
  const SocketId icmp = open(SocketKind::kRaw, 1);
  EXPECT_EQ(set(icmp, Option::kIcmpFilter, 0xfffffffe), Error::kNone);
  EXPECT_EQ(get(icmp, Option::kIcmpFilter), 0xfffffffe);
}

// sock_setsockopt takes a negative size for a large one.
TEST_F(DatagramOptions, ANegativeBufferSizeIsTheLargest) {
  const SocketId id = open(SocketKind::kUdp);
  EXPECT_EQ(set(id, Option::kReceiveBuffer, -1), Error::kNone);
  EXPECT_EQ(get(id, Option::kReceiveBuffer), 2 * int64_t{kConfig.buffer_max_bytes});
  EXPECT_EQ(set(id, Option::kReceiveLowWater, -1), Error::kNone);
  EXPECT_EQ(get(id, Option::kReceiveLowWater), 0x7fffffff);
}

TEST_F(DatagramOptions, AnAddressThatIsNotOursCanBeBoundByThoseWhoInsist) {
  const Endpoint foreign{Ip4Address::from(192, 0, 2, 1), Port{0}};
  for (const Option option : {Option::kFreeBind, Option::kTransparent}) {
    for (const SocketKind kind : {SocketKind::kUdp, SocketKind::kTcp}) {
      const SocketId id = open(kind);
      EXPECT_EQ(bind(env(), id, foreign).error(), Error::kAddressNotAvailable);
      EXPECT_EQ(set(id, option, 1), Error::kNone);
      EXPECT_EQ(get(id, option), 1);
      EXPECT_EQ(bind(env(), id, foreign).error(), Error::kNone);
      EXPECT_EQ(local_endpoint(view(), id)->address, foreign.address);
    }
  }
}

// RFC 5082 3.
TEST_F(DatagramOptions, WhatComesFromTooFarIsNotDelivered) {
  const SocketId server = open(SocketKind::kUdp);
  ASSERT_TRUE(bind(env(), server, local_port(53)).ok());
  EXPECT_EQ(set(server, Option::kMinTtl, 256), Error::kInvalid);
  EXPECT_EQ(set(server, Option::kMinTtl, 255), Error::kNone);
  EXPECT_EQ(get(server, Option::kMinTtl), 255);
  const SocketId client = open(SocketKind::kUdp);
  ASSERT_TRUE(connect(env(), client, local_port(53)).ok());
  EXPECT_EQ(set(client, Option::kTtl, 254), Error::kNone);
  ASSERT_TRUE(send(client, text("far")).ok());
  EXPECT_EQ(set(client, Option::kTtl, 255), Error::kNone);
  ASSERT_TRUE(send(client, text("near")).ok());
  run();
  EXPECT_EQ(read(server), text("near"));
  EXPECT_EQ(counters_.value(DropReason::kIpTooFar), 1u);
}

TEST_F(DatagramOptions, TheInterfaceForWhatGoesToOneHostMustBeThere) {
  const SocketId id = open(SocketKind::kUdp);
  EXPECT_EQ(set(id, Option::kUnicastInterface, 77), Error::kAddressNotAvailable);
  EXPECT_EQ(set(id, Option::kUnicastInterface, 1), Error::kNone);
  EXPECT_EQ(get(id, Option::kUnicastInterface), 1);
}

TEST_F(DatagramOptions, OptionsOfTcpAreUnknown) {
  const SocketId id = open(SocketKind::kUdp);
  for (const Option option : {Option::kNoDelay, Option::kMaxSegment, Option::kKeepAliveIdleS}) {
    EXPECT_EQ(set(id, option, 1), Error::kNoProtocolOption);
    EXPECT_EQ(get_option(view(), id, ctx_.now, option).error(), Error::kNoProtocolOption);
  }
}

TEST_F(DatagramOptions, TheMtuIsThatOfTheRouteToThePeer) {
  const SocketId id = open(SocketKind::kUdp);
  EXPECT_EQ(get_option(view(), id, ctx_.now, Option::kMtu).error(), Error::kNotConnected);
  ASSERT_TRUE(connect(env(), id, local_port(5000)).ok());
  EXPECT_EQ(get(id, Option::kMtu), kConfig.loopback_mtu_bytes);
}

TEST_F(DatagramOptions, GeneralOptionsReachTheEndpoint) {
  const SocketId id = open(SocketKind::kUdp);
  EXPECT_EQ(set(id, Option::kBroadcast, 1), Error::kNone);
  EXPECT_EQ(set(id, Option::kBindInterface, 1), Error::kNone);
  const auto& endpoint = datagram_socket::endpoint_of(*layers_, *sockets_->find(id));
  EXPECT_TRUE(endpoint.settings.broadcast);
  EXPECT_EQ(endpoint.settings.interface, InterfaceId{1});
}

}  // namespace
}  // namespace tapstack::socket
