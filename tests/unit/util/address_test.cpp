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

TEST(Address, GroupBitOfMacs) {
  EXPECT_TRUE(MacAddress::broadcast().is_group());
  EXPECT_TRUE((MacAddress{{0x01, 0, 0x5e, 0, 0, 1}}).is_group());
  EXPECT_FALSE((MacAddress{{0x02, 0, 0, 0, 0, 1}}).is_group());
}

}  // namespace
}  // namespace tapstack
