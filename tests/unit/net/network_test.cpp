#include "net/network.h"

#include <cstring>
#include <type_traits>

#include "tests/unit/net/net_test.h"

namespace tapstack::net {
namespace {

using NetworkTest = NetTest;

static_assert(std::is_trivially_copyable_v<Network>);

TEST_F(NetworkTest, KnowsItsOwnAndBroadcastAddresses) {
  EXPECT_TRUE(network_->is_local_address(kOurs));
  EXPECT_TRUE(network_->is_local_address(Ip4Address::from(127, 9, 9, 9)));
  EXPECT_FALSE(network_->is_local_address(kPeer));
  EXPECT_TRUE(network_->is_broadcast_address(Ip4Address::limited_broadcast()));
  EXPECT_TRUE(network_->is_broadcast_address(Ip4Address::from(10, 10, 10, 255)));
  EXPECT_FALSE(network_->is_broadcast_address(kPeer));
}

TEST_F(NetworkTest, QueueHasRoomUntilItIsFull) {
  learn_peer();
  EXPECT_TRUE(network_->queue_has_room(ts0_));
  for (size_t i = 0; i < kConfig.interface_queue_packets; ++i) {
    ASSERT_TRUE(send(Frame(8), kPeer).ok());
  }
  EXPECT_FALSE(network_->queue_has_room(ts0_));
  EXPECT_EQ(send(Frame(8), kPeer).error(), Error::kNoBuffers);
  EXPECT_FALSE(network_->queue_has_room(InterfaceId{9}));
}

TEST_F(NetworkTest, FrameForAnUnknownInterfaceIsDropped) {
  EXPECT_FALSE(network_->input(ctx_, InterfaceId{9}, packet_of(Frame(60))));
  EXPECT_EQ(drops(DropReason::kInterfaceUnknown), 1u);
}

TEST_F(NetworkTest, RawIpInterfaceAsksForNobodyAndSendsPacketsWithoutHeader) {
  link::InterfaceSettings settings = link::device_settings("tun0");
  settings.layer = link::LinkLayer::kRawIp;
  const InterfaceId tun = add_interface(ctx_, *network_, settings).value();
  ASSERT_TRUE(add_address(ctx_, *network_, tun, {Ip4Address::from(10, 8, 0, 2), 24}).ok());
  EXPECT_FALSE(network_->next_frame(ctx_, tun)) << "nothing to announce";
  ASSERT_TRUE(send(test::hex("0102030405060708"), Ip4Address::from(10, 8, 0, 1)).ok());
  const mem::PacketPtr packet = network_->next_frame(ctx_, tun);
  ASSERT_TRUE(packet);
  const Frame bytes = bytes_of(*packet);
  EXPECT_EQ(bytes[0], 0x45);
  EXPECT_EQ(tail(bytes, 20), test::hex("0102030405060708"));
  const Frame reply =
      ip4({.source = Ip4Address::from(10, 8, 0, 1), .destination = Ip4Address::from(10, 8, 0, 2)},
          test::hex("0708"));
  const Delivery delivery = network_->input(ctx_, tun, packet_of(reply));
  ASSERT_TRUE(delivery);
  EXPECT_EQ(delivery.protocol, 17);
}

TEST_F(NetworkTest, PingToOurselvesGoesRound) {
  ASSERT_TRUE(send(icmp(8, 0, 7, test::pattern(100)), kOurs, {.protocol = 1}).ok());
  const Delivery request = loop();
  ASSERT_TRUE(request);
  const Delivery reply = loop();
  ASSERT_TRUE(reply);
  EXPECT_EQ(tail(bytes_of(*reply.packet), 20), icmp(0, 0, 7, test::pattern(100)));
  EXPECT_EQ(reply.packet->info.source, IpAddress(kOurs));
  EXPECT_FALSE(loop());
  EXPECT_TRUE(sent().empty());
}

TEST_F(NetworkTest, LoopedBackPacketForgetsHowItWasSent) {
  ASSERT_TRUE(send(Frame(8), kOurs, {.ttl = 5}).ok());
  const Delivery delivery = loop();
  ASSERT_TRUE(delivery);
  EXPECT_EQ(delivery.packet->info.next_hop, IpAddress());
  EXPECT_EQ(delivery.packet->info.ttl, 5);
  EXPECT_EQ(delivery.packet->info.received_at, ctx_.now);
}

TEST_F(NetworkTest, MovedInMemoryItGoesOn) {
  learn_peer();
  ASSERT_TRUE(send(Frame(8), kAbsent).ok());
  EXPECT_FALSE(input(ip4({.fragment = kMf}, test::pattern(16))));
  auto moved = std::make_unique<Network>(SecretKey{});
  std::memcpy(static_cast<void*>(moved.get()), network_.get(), sizeof(Network));
  std::memset(static_cast<void*>(network_.get()), 0xa5, sizeof(Network));
  network_ = std::move(moved);
  EXPECT_TRUE(input(ip4({.fragment = 2}, test::pattern(4, 16))));
  run_until(ctx_.now + Duration::s(3));
  EXPECT_TRUE(loop());
}

TEST_F(NetworkTest, IdleNetworkAsksForNoWakeUp) {
  learn_peer();
  ASSERT_TRUE(send(Frame(8), kPeer).ok());  // STALE: probed once it was used
  run_until(ctx_.now + Duration::s(10));
  EXPECT_TRUE(timers_->next_deadline().is_never());
}

}  // namespace
}  // namespace tapstack::net
