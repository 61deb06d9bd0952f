#include "shim/names/destination_order.h"

#include <gtest/gtest.h>

#include <string>

namespace tapstack::shim::names {
namespace {

IpAddress at(const char* text) { return parse_numeric(text)->address; }

// A destination with the source that it would have, on a network of 64 (24) bits.
Destination to(const char* destination, const char* source) {
  const IpAddress from = at(source);
  return {{at(destination), 0}, from, static_cast<uint8_t>(from.is_ip4() ? 24 : 64)};
}

Destination out_of_reach(const char* destination) { return {{at(destination), 0}, {}, 0}; }

std::string order(std::vector<Destination> all) {
  order_destinations(all);
  std::string text;
  for (const Destination& d : all) text += to_text(d.to.address) + " ";
  return text;
}

// The examples of RFC 6724 10.2.
TEST(DestinationOrder, PrefersMatchingScope) {
  EXPECT_EQ(order({to("2001:db8:1::1", "fe80::1"), to("198.51.100.121", "203.0.113.1")}),
            "198.51.100.121 2001:db8:1::1 ");
  EXPECT_EQ(order({to("198.51.100.121", "169.254.13.78"), to("2001:db8:1::1", "2001:db8:1::2")}),
            "2001:db8:1::1 198.51.100.121 ");
}

TEST(DestinationOrder, PrefersHigherPrecedence) {
  EXPECT_EQ(order({to("10.1.2.3", "10.1.2.4"), to("2001:db8:1::1", "2001:db8:1::2")}),
            "2001:db8:1::1 10.1.2.3 ");
  EXPECT_EQ(
      order({to("2002:c633:6401::1", "2002:c633:6401::2"), to("2001:db8:1::1", "2001:db8:1::2")}),
      "2001:db8:1::1 2002:c633:6401::1 ");
}

TEST(DestinationOrder, PrefersSmallerScope) {
  EXPECT_EQ(order({to("2001:db8:1::1", "2001:db8:1::2"), to("fe80::1", "fe80::2")}),
            "fe80::1 2001:db8:1::1 ");
}

TEST(DestinationOrder, PrefersMatchingLabel) {
  EXPECT_EQ(order({to("2002:c633:6401::1", "2001:db8:1::2"), to("2001:db8:1::1", "2001:db8:1::2")}),
            "2001:db8:1::1 2002:c633:6401::1 ");
}

TEST(DestinationOrder, UsesLongestMatchingPrefixWithinTheSourcesNetwork) {
  EXPECT_EQ(
      order({to("2001:db8:3ffe::1", "2001:db8:3f44::2"), to("2001:db8:1::1", "2001:db8:1::2")}),
      "2001:db8:1::1 2001:db8:3ffe::1 ");
  // Both are on the network: what is behind its 64 bits does not count.
  EXPECT_EQ(order({to("2001:db8::f000:1", "2001:db8::2"), to("2001:db8::3", "2001:db8::2")}),
            "2001:db8::f000:1 2001:db8::3 ");
}

TEST(DestinationOrder, PutsWhatIsOutOfReachLast) {
  EXPECT_EQ(order({out_of_reach("2001:db8:1::1"), to("10.0.0.1", "10.0.0.2")}),
            "10.0.0.1 2001:db8:1::1 ");
}

TEST(DestinationOrder, PutsIp4BeforeUniqueLocalAndLoopbackOfIp6First) {
  EXPECT_EQ(order({to("fd10:10:10::1", "fd10:10:10::2"), to("10.10.10.1", "10.10.10.2")}),
            "10.10.10.1 fd10:10:10::1 ");
  EXPECT_EQ(order({to("127.0.0.1", "127.0.0.1"), to("::1", "::1")}), "::1 127.0.0.1 ");
}

TEST(DestinationOrder, LeavesTheOrderOfIp4AndOfEqualsAlone) {
  EXPECT_EQ(order({to("10.9.0.1", "10.0.0.2"), to("10.0.0.1", "10.0.0.2")}), "10.9.0.1 10.0.0.1 ");
  EXPECT_EQ(order({out_of_reach("2001:db8::2"), out_of_reach("2001:db8::1")}),
            "2001:db8::2 2001:db8::1 ");
}

TEST(DestinationOrder, OfTheWildcardsIp4ComesFirst) {
  EXPECT_EQ(order({to("::", "::1"), to("0.0.0.0", "127.0.0.1")}), "0.0.0.0 :: ");
}

}  // namespace
}  // namespace tapstack::shim::names
