#include "net/interface_identifier.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace tapstack::net {
namespace {

// RFC 2464 4: 34-56-78-9A-BC-DE has the identifier 36-56-78-FF-FE-9A-BC-DE.
TEST(InterfaceIdentifier, Eui64IsThatOfRfc2464) {
  EXPECT_EQ(eui64_address(Ip6Address::from(0xfe80, 0, 0, 0, 0, 0, 0, 0),
                          {{0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde}}),
            Ip6Address::from(0xfe80, 0, 0, 0, 0x3656, 0x78ff, 0xfe9a, 0xbcde));
}

TEST(InterfaceIdentifier, LocallyAdministeredMacGivesAnIdentifierWithoutTheBit) {
  EXPECT_EQ(eui64_address(Ip6Address::from(0x2001, 0xdb8, 1, 2, 9, 9, 9, 9), {{2, 0, 0, 0, 0, 1}}),
            Ip6Address::from(0x2001, 0xdb8, 1, 2, 0, 0x00ff, 0xfe00, 1));
}

const Ip6Address kNet = Ip6Address::from(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0);
const Ip6Address kOtherNet = Ip6Address::from(0x2001, 0xdb8, 0, 1, 0, 0, 0, 0);
const MacAddress kMac{{2, 0, 0, 0, 0, 1}};
constexpr SecretKey kSecret{1, 2};

Ip6Address identifier_of(Ip6Address a) {
  for (size_t i = 0; i < 8; ++i) a.octets[i] = 0;
  return a;
}

TEST(InterfaceIdentifier, StableIsTheSameEachTime) {  // RFC 7217 5
  EXPECT_EQ(stable_address(kNet, kMac, 0, kSecret), stable_address(kNet, kMac, 0, kSecret));
}

TEST(InterfaceIdentifier, StableDiffersByNetworkCollisionsAndSecret) {  // RFC 7217 5
  const Ip6Address here = identifier_of(stable_address(kNet, kMac, 0, kSecret));
  EXPECT_NE(identifier_of(stable_address(kOtherNet, kMac, 0, kSecret)), here);
  EXPECT_NE(identifier_of(stable_address(kNet, kMac, 1, kSecret)), here);
  EXPECT_NE(identifier_of(stable_address(kNet, kMac, 0, {1, 3})), here);
}

TEST(InterfaceIdentifier, RandomOnesDifferAndKeepThePrefix) {  // RFC 8981 3.3.1
  Random random;
  const Ip6Address a = random_address(kNet, random);
  EXPECT_NE(a, random_address(kNet, random));
  EXPECT_TRUE(std::equal(a.octets.begin(), a.octets.begin() + 8, kNet.octets.begin()));
}

TEST(InterfaceIdentifier, ReservedOnesAreKnown) {  // RFC 5453 3
  EXPECT_TRUE(has_reserved_identifier(kNet));
  EXPECT_TRUE(has_reserved_identifier(
      Ip6Address::from(0x2001, 0xdb8, 0, 0, 0xfdff, 0xffff, 0xffff, 0xff80)));
  EXPECT_TRUE(has_reserved_identifier(
      Ip6Address::from(0x2001, 0xdb8, 0, 0, 0x0200, 0x5eff, 0xfe00, 0x5213)));
  EXPECT_FALSE(has_reserved_identifier(
      Ip6Address::from(0x2001, 0xdb8, 0, 0, 0xfdff, 0xffff, 0xffff, 0xff7f)));
}

}  // namespace
}  // namespace tapstack::net
