#include "transport/socket_filter.h"

#include "tests/unit/transport/transport_test.h"

namespace tapstack::transport {
namespace {

class SocketFilterTest : public TransportTest {
 protected:
  // A UDP datagram behind its IP header, as a transport is handed it.
  mem::PacketPtr datagram() {
    net::Delivery delivery = input(net::ip4({.protocol = 17}, udp(1, 2, text("hello"))));
    EXPECT_TRUE(delivery);
    return std::move(delivery.packet);
  }
  bool passes(std::initializer_list<link::FilterInstruction> program, mem::Packet& packet) {
    link::SocketFilter filter;
    filter.set(*network_->parts().filters.add({program.begin(), program.size()}, false));
    return passes_socket_filter(ctx_, *network_, filter, packet, {20, 8});
  }
};

TEST_F(SocketFilterTest, WithoutAFilterEverythingPasses) {
  const mem::PacketPtr packet = datagram();
  EXPECT_TRUE(passes_socket_filter(ctx_, *network_, {}, *packet, {20, 8}));
}

TEST_F(SocketFilterTest, TheDataBeginsAtTheTransportHeader) {
  const mem::PacketPtr packet = datagram();
  EXPECT_TRUE(
      passes({{0x28, 0, 0, 2}, {0x15, 0, 1, 2}, {0x06, 0, 0, 999}, {0x06, 0, 0, 0}}, *packet));
  EXPECT_EQ(packet->size(), 20u + 8 + 5);
}

TEST_F(SocketFilterTest, TheNetworkHeaderIsInReachAndTheLinkHeaderIsNot) {
  const mem::PacketPtr packet = datagram();
  EXPECT_TRUE(passes(
      {{0x30, 0, 0, 0xfff00009}, {0x15, 0, 1, 17}, {0x06, 0, 0, 999}, {0x06, 0, 0, 0}}, *packet));
  EXPECT_FALSE(passes({{0x30, 0, 0, 0xffe00000}, {0x06, 0, 0, 999}}, *packet));
}

TEST_F(SocketFilterTest, WhatIsNotWantedIsDroppedAndCounted) {
  const mem::PacketPtr packet = datagram();
  EXPECT_FALSE(passes({{0x06, 0, 0, 0}}, *packet));
  EXPECT_EQ(drops(DropReason::kSocketFilter), 1u);
}

TEST_F(SocketFilterTest, TheHeaderStaysHoweverLittleIsWanted) {
  const mem::PacketPtr packet = datagram();
  EXPECT_TRUE(passes({{0x06, 0, 0, 10}}, *packet));
  EXPECT_EQ(packet->size(), 20u + 10);
  EXPECT_TRUE(passes({{0x06, 0, 0, 1}}, *packet));
  EXPECT_EQ(packet->size(), 20u + 8);
}

}  // namespace
}  // namespace tapstack::transport
