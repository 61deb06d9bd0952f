#include "util/address.h"

#include <gtest/gtest.h>

namespace tapstack {
namespace {

TEST(Address, Ip4IsHeldInItsNaturalOrder) {
  EXPECT_EQ(Ip4Address::from(10, 1, 2, 3).value, 0x0a010203u);
}

TEST(Address, ClassesOfIp4) {
  EXPECT_TRUE(Ip4Address::from(127, 255, 0, 1).is_loopback());
  EXPECT_TRUE(Ip4Address::from(224, 0, 0, 1).is_multicast());
  EXPECT_FALSE(Ip4Address::from(240, 0, 0, 1).is_multicast());
  EXPECT_TRUE(Ip4Address::from(240, 0, 0, 1).is_reserved());
  EXPECT_FALSE(Ip4Address::limited_broadcast().is_reserved());
  EXPECT_TRUE(Ip4Address::from(0, 0, 0, 9).is_this_network());
  EXPECT_TRUE(Ip4Address::from(169, 254, 1, 1).is_link_local());
}

TEST(Address, IpAddressGivesBackTheIp4) {
  const IpAddress address = Ip4Address::from(192, 0, 2, 1);
  EXPECT_TRUE(address.is_ip4());
  EXPECT_EQ(address.ip4(), Ip4Address::from(192, 0, 2, 1));
}

TEST(Address, OfDifferentFamiliesNeverAreEqual) {
  EXPECT_NE(IpAddress(Ip4Address::any()), IpAddress(Ip6Address{}));
  EXPECT_NE(IpAddress(), IpAddress(Ip4Address::any()));
}

TEST(Address, LoopbackOfBothFamilies) {
  Ip6Address one;
  one.octets[15] = 1;
  EXPECT_TRUE(IpAddress(one).is_loopback());
  EXPECT_TRUE(IpAddress(Ip4Address::loopback()).is_loopback());
  EXPECT_FALSE(IpAddress().is_loopback());
}

TEST(Address, KindsOfIp6) {
  EXPECT_TRUE(Ip6Address::from(0xfebf, 0, 0, 0, 0, 0, 0, 1).is_link_local());
  EXPECT_FALSE(Ip6Address::from(0xfec0, 0, 0, 0, 0, 0, 0, 1).is_link_local());
  EXPECT_TRUE(Ip6Address::from(0xfec0, 0, 0, 0, 0, 0, 0, 1).is_site_local());
  EXPECT_TRUE(Ip6Address::from(0xfd10, 0x10, 0x10, 0, 0, 0, 0, 2).is_unique_local());
  EXPECT_TRUE(Ip6Address::all_nodes().is_multicast());
  EXPECT_TRUE(Ip6Address::mapped(Ip4Address::from(10, 1, 2, 3)).is_mapped());
  EXPECT_EQ(Ip6Address::mapped(Ip4Address::from(10, 1, 2, 3)).ip4(), Ip4Address::from(10, 1, 2, 3));
  EXPECT_FALSE(Ip6Address::loopback().is_mapped());
}

TEST(Address, ScopesOfIp6) {
  EXPECT_EQ(Ip6Address::loopback().scope(), Ip6Scope::kLinkLocal);
  EXPECT_EQ(Ip6Address::from(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).scope(), Ip6Scope::kGlobal);
  EXPECT_EQ(Ip6Address::from(0xfd00, 0, 0, 0, 0, 0, 0, 1).scope(), Ip6Scope::kGlobal);
  EXPECT_EQ(Ip6Address::all_routers().scope(), Ip6Scope::kLinkLocal);
  EXPECT_EQ(Ip6Address::from(0xff05, 0, 0, 0, 0, 0, 0, 2).scope(), Ip6Scope::kSiteLocal);
}

// RFC 4291 2.7.1: 4037::01:800:200E:8C6C is asked for at FF02::1:FF0E:8C6C.
TEST(Address, SolicitedNodeGroup) {
  const auto group =
      Ip6Address::solicited_node(Ip6Address::from(0x4037, 0, 0, 0, 1, 0x800, 0x200e, 0x8c6c));
  EXPECT_EQ(group, Ip6Address::from(0xff02, 0, 0, 0, 0, 1, 0xff0e, 0x8c6c));
  EXPECT_TRUE(group.is_solicited_node());
  EXPECT_FALSE(Ip6Address::all_nodes().is_solicited_node());
}

TEST(Address, OnlyWhatMeansSomethingOnOneLinkHasAZone) {
  const Ip6Address local = Ip6Address::from(0xfe80, 0, 0, 0, 0, 0, 0, 1);
  EXPECT_NE(IpAddress(local, InterfaceId{2}), IpAddress(local, InterfaceId{3}));
  EXPECT_EQ(IpAddress(local, InterfaceId{2}).zone(), InterfaceId{2});
  EXPECT_EQ(IpAddress(Ip6Address::all_nodes(), InterfaceId{2}).zone(), InterfaceId{2});
  const Ip6Address global = Ip6Address::from(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
  EXPECT_EQ(IpAddress(global, InterfaceId{2}), IpAddress(global));
  EXPECT_EQ(IpAddress(Ip6Address::from(0xff05, 0, 0, 0, 0, 0, 0, 2), InterfaceId{2}).zone(),
            InterfaceId{});
}

TEST(Address, GroupBitOfMacs) {
  EXPECT_TRUE(MacAddress::broadcast().is_group());
  EXPECT_TRUE((MacAddress{{0x01, 0, 0x5e, 0, 0, 1}}).is_group());
  EXPECT_FALSE((MacAddress{{0x02, 0, 0, 0, 0, 1}}).is_group());
}

}  // namespace
}  // namespace tapstack
