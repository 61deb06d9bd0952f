#include "net/ip6_input.h"

#include "tests/unit/net/net6_test.h"

namespace tapstack::net {
namespace {

using Ip6InputTest = Net6Test;

const Frame kPayload6 = test::hex("0102 0304 0506 0708");

TEST_F(Ip6InputTest, DeliversTheWholePacketWithItsHeaderInFront) {
  const Frame packet = ip6({.hop_limit = 7, .traffic_class = 0x2e}, kPayload6);
  const Delivery delivery = input(packet);
  ASSERT_TRUE(delivery);
  EXPECT_EQ(delivery.protocol, 17);
  EXPECT_EQ(bytes_of(*delivery.packet), packet);
  const mem::PacketInfo& info = delivery.packet->info;
  EXPECT_EQ(info.ip_header_bytes, 40);
  EXPECT_EQ(info.source, IpAddress(kPeer6));
  EXPECT_EQ(info.destination, IpAddress(kOurs6));
  EXPECT_EQ(info.interface, ts0_);
  EXPECT_EQ(info.ttl, 7);
  EXPECT_EQ(info.tos, 0x2e);
}

// RFC 4007 6.
TEST_F(Ip6InputTest, AddressesOfTheLinkGetItsZone) {
  const Delivery delivery = input(ip6({.source = kPeerLink6, .destination = kOurLink6}, kPayload6));
  ASSERT_TRUE(delivery);
  EXPECT_EQ(delivery.packet->info.source, IpAddress(kPeerLink6, ts0_));
  EXPECT_EQ(delivery.packet->info.destination, IpAddress(kOurLink6, ts0_));
}

TEST_F(Ip6InputTest, OwnPacketsKeepTheirZoneAndLinkOverLoopback) {
  ASSERT_TRUE(send(kPayload6, IpAddress(kOurLink6, ts0_)).ok());
  const Delivery delivery = loop();
  ASSERT_TRUE(delivery);
  EXPECT_EQ(delivery.packet->info.source, IpAddress(kOurLink6, ts0_));
  EXPECT_EQ(delivery.packet->info.destination, IpAddress(kOurLink6, ts0_));
  EXPECT_EQ(delivery.packet->info.interface, ts0_);  // for sockets that are bound to the link
}

TEST_F(Ip6InputTest, TakesPaddingOff) {
  Frame packet = ip6({}, kPayload6);
  const Frame whole = packet;
  packet.resize(packet.size() + 9);
  EXPECT_EQ(bytes_of(*input(packet).packet), whole);
}

// RFC 8200 3.
TEST_F(Ip6InputTest, DropsWhatIsShorterThanItsHeaderSays) {
  EXPECT_FALSE(input(head(ip6({}, kPayload6), 39)));
  EXPECT_EQ(drops(DropReason::kIpTooShort), 1u);
  EXPECT_FALSE(input(head(ip6({}, kPayload6), 47)));
  EXPECT_EQ(drops(DropReason::kIpBadLength), 1u);
  EXPECT_EQ(counters_.value(Mib::kIp6InTruncatedPkts), 1u);
  expect_nothing_held();
}

// RFC 4291 2.5.2, 2.5.3 and 2.7.
TEST_F(Ip6InputTest, SourcesThatNoHostCanHaveAreDropped) {
  for (const Ip6Address& bad :
       {Ip6Address::all_nodes(), Ip6Address::mapped(Ip4Address::from(10, 1, 1, 1)),
        Ip6Address::any()}) {
    EXPECT_FALSE(input(ip6({.source = bad}, kPayload6)));
  }
  EXPECT_EQ(drops(DropReason::kIpBadSource), 3u);
  EXPECT_FALSE(input(ip6({.source = Ip6Address::loopback()}, kPayload6)));
  EXPECT_FALSE(input(ip6({.destination = Ip6Address::loopback()}, kPayload6)));
  EXPECT_EQ(drops(DropReason::kIpLoopbackOnWire), 2u);
  EXPECT_FALSE(input(ip6({.source = kOurs6}, kPayload6)));
  EXPECT_EQ(drops(DropReason::kIpOwnSource), 1u);
}

TEST_F(Ip6InputTest, GroupsOfReservedAndInterfaceScopeDoNotComeFromALink) {
  for (const uint16_t first : {0xff00, 0xff01}) {
    const Ip6Address group = Ip6Address::from(first, 0, 0, 0, 0, 0, 0, 1);
    EXPECT_FALSE(input(ip6({.destination = group}, kPayload6)));
  }
  EXPECT_EQ(drops(DropReason::kIpBadDestination), 2u);
}

// RFC 4291 2.8.
TEST_F(Ip6InputTest, AllNodesIsForUsAndOtherGroupsAreNot) {
  EXPECT_TRUE(input(ip6({.destination = Ip6Address::all_nodes()}, kPayload6)));
  EXPECT_FALSE(input(ip6({.destination = Ip6Address::all_routers()}, kPayload6)));
  EXPECT_EQ(drops(DropReason::kIpNotForUs), 1u);
  EXPECT_EQ(counters_.value(Mib::kIp6InMcastPkts), 1u);
}

TEST_F(Ip6InputTest, AddressOfAnotherInterfaceIsNotForUs) {
  link::InterfaceSettings settings = link::device_settings("ts1");
  settings.layer = link::LinkLayer::kRawIp;
  const InterfaceId other = add_interface(ctx_, *network_, settings).value();
  ASSERT_TRUE(add_address(ctx_, *network_, other, {kFar6, 64}).ok());
  EXPECT_FALSE(input(ip6({.destination = kFar6}, kPayload6))) << "strong host model";
  EXPECT_EQ(drops(DropReason::kIpNotForUs), 1u);
}

// RFC 8200 4, RFC 4443 3.4.
TEST_F(Ip6InputTest, UnknownProtocolIsAnsweredWithItsPlace) {
  const Frame packet = ip6({.next_header = 60}, options6(253, {}) + kPayload6);
  Delivery delivery = input(packet);
  ASSERT_TRUE(delivery);
  EXPECT_EQ(delivery.protocol, 253);
  network_->refuse(ctx_, std::move(delivery.packet), Refusal::kProtocol);
  const Frame error = sent();
  ASSERT_EQ(error.size(), 48 + packet.size());
  EXPECT_EQ(get16(error, 40), 0x0401u) << "Parameter Problem, unrecognized next header";
  EXPECT_EQ(get32(error, 44), 40u) << "points to the field of the options header";
}

}  // namespace
}  // namespace tapstack::net
