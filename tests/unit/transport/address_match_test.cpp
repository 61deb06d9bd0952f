#include "transport/address_match.h"

#include <gtest/gtest.h>

namespace tapstack::transport {
namespace {

const IpAddress kIp4 = Ip4Address::from(10, 0, 0, 1);
const IpAddress kIp6 = Ip6Address::from(0xfd10, 0, 0, 0, 0, 0, 0, 1);
const IpAddress kAny4 = Ip4Address::any();
const IpAddress kAny6 = Ip6Address::any();

TEST(AddressMatch, AnAddressTakesItselfOnly) {
  EXPECT_TRUE((BoundAddress{kIp6, false}.takes(kIp6)));
  EXPECT_FALSE((BoundAddress{kIp6, false}.takes(kIp4)));
  EXPECT_FALSE((BoundAddress{kIp4, false}.takes(kIp6)));
}

TEST(AddressMatch, TheUnspecifiedIp4AddressTakesIp4Only) {
  EXPECT_TRUE((BoundAddress{kAny4, false}.takes(kIp4)));
  EXPECT_FALSE((BoundAddress{kAny4, false}.takes(kIp6)));
}

TEST(AddressMatch, TheUnspecifiedIp6AddressTakesBothUnlessItIsIp6Only) {
  EXPECT_TRUE((BoundAddress{kAny6, false}.takes(kIp6)));
  EXPECT_TRUE((BoundAddress{kAny6, false}.takes(kIp4)));
  EXPECT_TRUE((BoundAddress{kAny6, true}.takes(kIp6)));
  EXPECT_FALSE((BoundAddress{kAny6, true}.takes(kIp4)));
}

TEST(AddressMatch, ALinkLocalAddressIsAnotherOneOnAnotherLink) {
  const Ip6Address link_local = Ip6Address::from(0xfe80, 0, 0, 0, 0, 0, 0, 1);
  const BoundAddress bound{{link_local, InterfaceId{2}}, false};
  EXPECT_TRUE(bound.takes({link_local, InterfaceId{2}}));
  EXPECT_FALSE(bound.takes({link_local, InterfaceId{3}}));
}

TEST(AddressMatch, OverlapIsTheSameFromBothSides) {
  const BoundAddress dual{kAny6, false}, only{kAny6, true}, four{kAny4, false}, one{kIp4, false};
  EXPECT_TRUE(dual.overlaps(four));
  EXPECT_TRUE(four.overlaps(dual));
  EXPECT_TRUE(dual.overlaps(one));
  EXPECT_TRUE(one.overlaps(dual));
  EXPECT_FALSE(only.overlaps(four));
  EXPECT_FALSE(four.overlaps(only));
  EXPECT_FALSE(one.overlaps(only));
  EXPECT_TRUE(only.overlaps(dual));
}

}  // namespace
}  // namespace tapstack::transport
