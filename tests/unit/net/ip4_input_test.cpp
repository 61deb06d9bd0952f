#include "net/ip4_input.h"

#include "tests/unit/net/net_test.h"

namespace tapstack::net {
namespace {

using Ip4InputTest = NetTest;

const Frame kPayload4 = test::hex("0102 0304 0506 0708");

TEST_F(Ip4InputTest, DeliversTheWholePacketWithItsHeaderInFront) {
  const Frame packet = ip4({.ttl = 7, .tos = 0x10}, kPayload4);
  const Delivery delivery = input(packet);
  ASSERT_TRUE(delivery);
  EXPECT_EQ(delivery.protocol, 17);
  EXPECT_EQ(bytes_of(*delivery.packet), packet);
  const mem::PacketInfo& info = delivery.packet->info;
  EXPECT_EQ(info.ip_header_bytes, 20);
  EXPECT_EQ(info.source, IpAddress(kPeer));
  EXPECT_EQ(info.destination, IpAddress(kOurs));
  EXPECT_EQ(info.interface, ts0_);
  EXPECT_EQ(info.ttl, 7);
  EXPECT_EQ(info.tos, 0x10);
}

TEST_F(Ip4InputTest, TakesPaddingOff) {
  Frame packet = ip4({}, kPayload4);
  const Frame whole = packet;
  packet.resize(46);
  EXPECT_EQ(bytes_of(*input(packet).packet), whole);
}

TEST_F(Ip4InputTest, LowTtlIsNoReasonToDrop) {
  EXPECT_TRUE(input(ip4({.ttl = 1}, kPayload4)));
  EXPECT_TRUE(input(ip4({.ttl = 0}, kPayload4))) << "RFC 1122 3.2.1.7";
}

struct Malformed {
  const char* name;
  size_t at;
  uint8_t value;
  DropReason reason;
};

class Ip4Malformed : public NetTest, public testing::WithParamInterface<Malformed> {};

TEST_P(Ip4Malformed, IsDroppedAndCounted) {
  Frame packet = ip4({}, kPayload4);
  packet[GetParam().at] = GetParam().value;
  EXPECT_FALSE(input(packet));
  EXPECT_EQ(drops(GetParam().reason), 1u);
  EXPECT_TRUE(sent().empty());
  expect_nothing_held();
}

INSTANTIATE_TEST_SUITE_P(
    Header, Ip4Malformed,
    testing::Values(Malformed{"Version", 0, 0x65, DropReason::kIpBadVersion},
                    Malformed{"ShortIhl", 0, 0x44, DropReason::kIp4BadHeaderLength},
                    Malformed{"LongIhl", 0, 0x4f, DropReason::kIp4BadHeaderLength},
                    Malformed{"LengthBelowHeader", 3, 19, DropReason::kIpBadLength},
                    Malformed{"LengthBeyondPacket", 3, 29, DropReason::kIpBadLength},
                    Malformed{"Checksum", 11, 0, DropReason::kIp4BadChecksum}),
    [](const auto& test) { return test.param.name; });

TEST_F(Ip4InputTest, TruncatedHeaderIsDropped) {
  EXPECT_FALSE(input(head(ip4({}, kPayload4), 19)));
  EXPECT_EQ(drops(DropReason::kIpTooShort), 1u);
}

// RFC 1122 3.2.1.3 and 4.1.3.6.
TEST_F(Ip4InputTest, SourcesThatNoHostCanHaveAreDropped) {
  for (const Ip4Address bad :
       {Ip4Address::any(), Ip4Address::from(0, 9, 9, 9), Ip4Address::from(224, 0, 0, 1),
        Ip4Address::from(250, 1, 1, 1), Ip4Address::limited_broadcast(),
        Ip4Address::from(10, 10, 10, 255)}) {
    EXPECT_FALSE(input(ip4({.source = bad}, kPayload4))) << bad.value;
  }
  EXPECT_EQ(drops(DropReason::kIpBadSource), 6u);
  EXPECT_FALSE(input(ip4({.source = Ip4Address::loopback()}, kPayload4)));
  EXPECT_FALSE(input(ip4({.destination = Ip4Address::loopback()}, kPayload4)));
  EXPECT_EQ(drops(DropReason::kIpLoopbackOnWire), 2u);
  EXPECT_FALSE(input(ip4({.source = kOurs}, kPayload4)));
  EXPECT_EQ(drops(DropReason::kIpOwnSource), 1u);
}

TEST_F(Ip4InputTest, AddressOfAnotherInterfaceIsNotForUs) {
  const InterfaceId other = add_interface(ctx_, *network_, link::device_settings("ts1")).value();
  const Ip4Address address = Ip4Address::from(172, 16, 0, 2);
  ASSERT_TRUE(add_address(ctx_, *network_, other, {address, 24}).ok());
  EXPECT_FALSE(input(ip4({.destination = address}, kPayload4)))
      << "strong host model, RFC 1122 3.3.4.2";
  EXPECT_EQ(drops(DropReason::kIpNotForUs), 1u);
}

TEST_F(Ip4InputTest, BroadcastIsDeliveredAndMarked) {
  for (const Ip4Address to : {Ip4Address::limited_broadcast(), Ip4Address::from(10, 10, 10, 255)}) {
    const Delivery delivery = input(ip4({.destination = to}, kPayload4), MacAddress::broadcast());
    ASSERT_TRUE(delivery);
    EXPECT_TRUE(delivery.packet->info.ip_broadcast);
  }
}

TEST_F(Ip4InputTest, UnicastInALinkBroadcastIsDropped) {
  EXPECT_FALSE(input(ip4({}, kPayload4), MacAddress::broadcast()));
  EXPECT_EQ(drops(DropReason::kIp4LinkBroadcastUnicast), 1u);
}

TEST_F(Ip4InputTest, MulticastNeedsAMember) {
  const Ip4Address group = Ip4Address::from(239, 1, 2, 3);
  const MacAddress mac{{0x01, 0x00, 0x5e, 0x01, 0x02, 0x03}};
  const Frame packet = ip4({.destination = group}, kPayload4);
  EXPECT_FALSE(input(packet, mac));
  ASSERT_TRUE(parts().groups.join({ts0_, group}).ok());
  EXPECT_TRUE(input(packet, mac));
  ASSERT_TRUE(parts().groups.leave({ts0_, group}).ok());
  EXPECT_FALSE(input(packet, mac));
}

TEST_F(Ip4InputTest, AllHostsGroupIsAlwaysOurs) {
  EXPECT_TRUE(input(ip4({.destination = Ip4Address::from(224, 0, 0, 1)}, kPayload4),
                    {{0x01, 0x00, 0x5e, 0, 0, 1}}));
}

TEST_F(Ip4InputTest, UnknownOptionsRecordRouteAndTimestampAreLeftAlone) {
  const Frame packet = ip4({.options = test::hex("07 07 04 00000000 01  44 08 05 00 00000000"
                                                 "9e 04 0000")},
                           kPayload4);
  const Delivery delivery = input(packet);
  ASSERT_TRUE(delivery);
  EXPECT_EQ(delivery.packet->info.ip_header_bytes, 40);
  EXPECT_EQ(bytes_of(*delivery.packet), packet);
}

TEST_F(Ip4InputTest, SourceRoutesAreRefusedWithAnError) {
  learn_peer();
  for (const char* options : {"83 07 04 0a0a0a05 00", "89 07 04 0a0a0a05 00"}) {
    EXPECT_FALSE(input(ip4({.options = test::hex(options)}, kPayload4)));
    const Frame error = sent_packet();
    ASSERT_GE(error.size(), 28u);
    EXPECT_EQ(head(tail(error, 20), 2), test::hex("03 05"));
  }
  EXPECT_EQ(drops(DropReason::kIp4SourceRoute), 2u);
}

TEST_F(Ip4InputTest, MalformedOptionIsReportedWithItsPlace) {
  learn_peer();
  EXPECT_FALSE(input(ip4({.options = test::hex("01 07 09 00")}, kPayload4)));
  EXPECT_EQ(drops(DropReason::kIp4BadOption), 1u);
  const Frame error = sent_packet();
  ASSERT_GE(error.size(), 28u);
  EXPECT_EQ(head(tail(error, 20), 2), test::hex("0c 00"));
  EXPECT_EQ(error[24], 21) << "pointer to the option's first byte";
}

TEST_F(Ip4InputTest, ReassembledDatagramHasAHeaderOfItsOwn) {
  const Frame data = test::pattern(32);
  EXPECT_FALSE(input(ip4({.fragment = kMf}, head(data, 16))));
  const Delivery delivery = input(ip4({.fragment = 2}, tail(data, 16)));
  ASSERT_TRUE(delivery);
  EXPECT_TRUE(delivery.packet->info.was_fragmented);
  EXPECT_EQ(bytes_of(*delivery.packet), ip4({}, data));
}

TEST_F(Ip4InputTest, FragmentsOnTwoInterfacesAreNotMixed) {
  const InterfaceId other = add_interface(ctx_, *network_, link::device_settings("ts1")).value();
  ASSERT_TRUE(add_address(ctx_, *network_, other, {Ip4Address::from(172, 16, 0, 2), 24}).ok());
  const Frame data = test::pattern(32);
  EXPECT_FALSE(
      input(ip4({.destination = Ip4Address::limited_broadcast(), .fragment = kMf}, head(data, 16)),
            MacAddress::broadcast()));
  const Frame second = link::ethernet(
      MacAddress::broadcast(), kPeerMac, 0x0800,
      ip4({.destination = Ip4Address::limited_broadcast(), .fragment = 2}, tail(data, 16)));
  EXPECT_FALSE(network_->input(ctx_, other, packet_of(second)));
  EXPECT_EQ(parts().reassembly.used(), 2u);
}

}  // namespace
}  // namespace tapstack::net
