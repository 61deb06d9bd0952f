#include "wire/dns_name.h"

#include <string>

#include "tests/unit/wire/dns_message.h"

namespace tapstack::wire {
namespace {

std::optional<DnsName> read(std::string_view hex, size_t at) {
  const auto message = test::hex(hex);
  return DnsName::read(message, at);
}

TEST(DnsNameTest, TextBecomesLabelsWithTheirLengths) {  // RFC 1035 3.1
  const DnsName name = name_of("a.bc");
  const auto octets = name.octets();
  EXPECT_EQ(std::vector(octets.begin(), octets.end()), test::hex("01 61 02 6263 00"));
}

TEST(DnsNameTest, AFinalDotChangesNothing) { EXPECT_EQ(name_of("a.b."), name_of("a.b")); }

TEST(DnsNameTest, ADotAloneIsTheRoot) {
  EXPECT_TRUE(name_of(".").is_root());
  EXPECT_EQ(text_of(DnsName()), ".");
}

TEST(DnsNameTest, EmptyTextAndEmptyLabelsAreNoNames) {
  for (const char* text : {"", "..", ".a", "a..b"}) EXPECT_FALSE(DnsName::from_text(text)) << text;
}

TEST(DnsNameTest, ALabelHasAtMost63Octets) {  // RFC 1035 2.3.4
  EXPECT_TRUE(DnsName::from_text(std::string(63, 'x')));
  EXPECT_FALSE(DnsName::from_text(std::string(64, 'x')));
}

TEST(DnsNameTest, ANameHasAtMost255Octets) {  // RFC 1035 2.3.4
  std::string text;
  for (int i = 0; i < 127; ++i) text += "a.";
  EXPECT_TRUE(DnsName::from_text(text));
  EXPECT_EQ(name_of(text).octets().size(), 255u);
  EXPECT_FALSE(DnsName::from_text(text + "a"));
}

TEST(DnsNameTest, EscapesStandForOctets) {  // RFC 1035 5.1
  const DnsName name = name_of("a\\.b\\007");
  const auto octets = name.octets();
  EXPECT_EQ(std::vector(octets.begin(), octets.end()), test::hex("04 61 2e 62 07 00"));
  EXPECT_EQ(text_of(name_of("a\\.b\\007")), "a\\.b\\007");
}

TEST(DnsNameTest, ABadEscapeIsNoName) {
  for (const char* text : {"a\\", "a\\25", "a\\256", "a\\2x5"}) {
    EXPECT_FALSE(DnsName::from_text(text)) << text;
  }
}

TEST(DnsNameTest, TheLongestTextIsANameOfOctetsThatNeedEscapes) {
  std::string text;
  for (int label = 0; label < 4; ++label) {
    for (int i = 0; i < (label == 3 ? 61 : 63); ++i) text += "\\001";
    text += ".";
  }
  text.pop_back();
  const DnsName name = name_of(text);
  EXPECT_EQ(name.octets().size(), kDnsNameBytesMax);
  EXPECT_LE(text.size(), kDnsNameTextBytesMax);
  EXPECT_EQ(text_of(name), text);
  char small[100];
  EXPECT_EQ(name.text(small), 0u);
}

TEST(DnsNameTest, CaseOfLettersMakesNoDifference) {  // RFC 4343 3
  EXPECT_EQ(name_of("WWW.Example.com"), name_of("www.eXAMPLE.COM"));
  EXPECT_NE(name_of("a.b"), name_of("ab"));
  EXPECT_NE(name_of("a{"), name_of("a["));
}

TEST(DnsNameTest, AddressesAreAskedForBackwards) {  // RFC 1035 3.5, RFC 3596 2.5
  EXPECT_EQ(text_of(DnsName::reverse_of(Ip4Address::from(192, 0, 2, 53))),
            "53.2.0.192.in-addr.arpa");
  EXPECT_EQ(
      text_of(DnsName::reverse_of(Ip6Address::from(0x2001, 0xdb8, 0, 0, 0, 0, 0x567, 0x89ab))),
      "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
}

TEST(DnsNameTest, APointerGoesOnElsewhereAndTheNextThingIsBehindIt) {  // RFC 1035 4.1.4
  const auto message = test::hex("03 636f6d 00  03 777777 c000 ff");
  size_t at = 5;
  const auto name = DnsName::read(message, at);
  ASSERT_TRUE(name);
  EXPECT_EQ(text_of(*name), "www.com");
  EXPECT_EQ(at, 11u);
}

TEST(DnsNameTest, PointersThatDoNotGoBackwardsAreRefused) {
  EXPECT_FALSE(read("c000", 0));        // to itself
  EXPECT_FALSE(read("c002 c000", 0));   // forwards
  EXPECT_FALSE(read("01 61 c000", 0));  // round and round, a label each time
  EXPECT_FALSE(read("c002 c000", 2));   // to one that goes forwards
}

TEST(DnsNameTest, WhatIsCutOffIsRefused) {
  EXPECT_FALSE(read("03 6161", 0));
  EXPECT_FALSE(read("01 61", 0));
  EXPECT_FALSE(read("c0", 0));
  EXPECT_FALSE(read("", 0));
}

TEST(DnsNameTest, OtherKindsOfLabelsAreRefused) {  // RFC 6891 5: 01 and 10 are no longer used
  EXPECT_FALSE(read("41 61 00", 0));
  EXPECT_FALSE(read("81 61 00", 0));
}

TEST(DnsNameTest, PointersCannotMakeANameTooLong) {
  std::string hex;
  for (int i = 0; i < 4; ++i) {
    hex += "3f";
    for (int k = 0; k < 63; ++k) hex += "61";
  }
  EXPECT_FALSE(read(hex + "00", 0));  // 257 octets
  // 63 octets, and a pointer to 192 before them.
  std::string chained = hex.substr(0, 3 * 128) + "00" + "3e";
  for (int k = 0; k < 62; ++k) chained += "62";
  EXPECT_FALSE(read(chained + "c000", 193));
}

TEST(DnsNameTest, NamesOfHostsHaveLettersDigitsHyphensAndUnderscores) {  // RFC 1123 2.1
  EXPECT_TRUE(name_of("my-host_1.example").is_host_name());
  for (const char* text : {"a b", "-a", "a;rm", "a\\010b", "."}) {
    EXPECT_FALSE(name_of(text).is_host_name()) << text;
  }
}

}  // namespace
}  // namespace tapstack::wire
