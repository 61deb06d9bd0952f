#include "net/interface_identifier.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace tapstack::net
