#include "shim/names/numeric.h"

#include <gtest/gtest.h>

namespace tapstack::shim::names {
namespace {

IpAddress ip4(uint8_t a, uint8_t b, uint8_t c, uint8_t d) { return Ip4Address::from(a, b, c, d); }

TEST(Numeric, AllFormsOfInetAtonAreAddresses) {
  EXPECT_EQ(parse_numeric("10.1.2.3")->address, ip4(10, 1, 2, 3));
  EXPECT_EQ(parse_numeric("10.1")->address, ip4(10, 0, 0, 1));
  EXPECT_EQ(parse_numeric("0x7f000001")->address, ip4(127, 0, 0, 1));
  EXPECT_EQ(parse_numeric("127.0x10.010")->address, ip4(127, 16, 0, 8));
}

TEST(Numeric, ANameIsNoAddress) {
  EXPECT_FALSE(parse_numeric("localhost"));
  EXPECT_FALSE(parse_numeric("10.1.2.3.4"));
  EXPECT_FALSE(parse_numeric("10.1.2.256"));
  EXPECT_FALSE(parse_numeric("10.1.2.3 x"));
  EXPECT_FALSE(parse_numeric(""));
}

TEST(Numeric, Ip6MayCarryANumericScope) {
  EXPECT_EQ(parse_numeric("::1")->scope, 0u);
  const auto scoped = parse_numeric("fe80::1%3");
  ASSERT_TRUE(scoped);
  EXPECT_EQ(scoped->scope, 3u);
  EXPECT_TRUE(scoped->address.is_ip6());
  EXPECT_FALSE(parse_numeric("fe80::1%"));
  EXPECT_FALSE(parse_numeric("fe80::1%x"));
}

unsigned number_of_ts0(const char* name) { return std::string(name) == "ts0" ? 2 : 0; }

TEST(Numeric, TheScopeOfALinkLocalAddressMayBeTheNameOfAnInterface) {
  EXPECT_EQ(parse_numeric("fe80::1%ts0", number_of_ts0)->scope, 2u);
  EXPECT_EQ(parse_numeric("ff02::1%ts0", number_of_ts0)->scope, 2u);
  EXPECT_EQ(parse_numeric("fe80::1%7", number_of_ts0)->scope, 7u);
  EXPECT_FALSE(parse_numeric("fe80::1%eth0", number_of_ts0));
  EXPECT_FALSE(parse_numeric("2001:db8::1%ts0", number_of_ts0));
  EXPECT_FALSE(parse_numeric("fe80::1%ts0"));
}

TEST(Numeric, APortIsADecimalNumberAndNothingElse) {
  EXPECT_EQ(parse_port("80")->value, 80);
  EXPECT_EQ(parse_port("0")->value, 0);
  EXPECT_FALSE(parse_port("http"));
  EXPECT_FALSE(parse_port("80x"));
  EXPECT_FALSE(parse_port(" 80"));
  EXPECT_FALSE(parse_port("-1"));
  EXPECT_FALSE(parse_port(""));
}

TEST(Numeric, APortBeyondSixteenBitsIsCutAsGlibcCutsIt) {
  EXPECT_EQ(parse_port("65616")->value, 80);
}

TEST(Numeric, TextReadsBack) {
  EXPECT_EQ(to_text(ip4(192, 0, 2, 1)), "192.0.2.1");
  EXPECT_EQ(to_text(parse_numeric("2001:DB8:0:0:0:0:0:1")->address), "2001:db8::1");
}

}  // namespace
}  // namespace tapstack::shim::names
