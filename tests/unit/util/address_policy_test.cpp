#include "util/address_policy.h"

#include <gtest/gtest.h>

namespace tapstack {
namespace {

// RFC 6724 2.1.
TEST(AddressPolicy, IsTheDefaultTableOfRfc6724) {
  struct Case {
    Ip6Address address;
    unsigned precedence, label;
  };
  for (const Case& c : {Case{Ip6Address::loopback(), 50, 0},
                        Case{Ip6Address::from(0x2a00, 0, 0, 0, 0, 0, 0, 1), 40, 1},
                        Case{Ip6Address::mapped(Ip4Address::from(10, 0, 0, 1)), 35, 4},
                        Case{Ip6Address::from(0x2002, 1, 0, 0, 0, 0, 0, 1), 30, 2},
                        Case{Ip6Address::from(0x2001, 0, 1, 0, 0, 0, 0, 1), 5, 5},
                        Case{Ip6Address::from(0xfd00, 0, 0, 0, 0, 0, 0, 1), 3, 13},
                        Case{Ip6Address::from(0, 0, 0, 0, 0, 0, 0x0a00, 1), 1, 3},
                        Case{Ip6Address::from(0xfec0, 0, 0, 0, 0, 0, 0, 1), 1, 11},
                        Case{Ip6Address::from(0x3ffe, 0, 0, 0, 0, 0, 0, 1), 1, 12},
                        Case{Ip6Address::from(0xfe80, 0, 0, 0, 0, 0, 0, 1), 40, 1}}) {
    EXPECT_EQ(policy_of(c.address).precedence, c.precedence);
    EXPECT_EQ(policy_of(c.address).label, c.label);
  }
}

}  // namespace
}  // namespace tapstack
