#include "wire/dhcp4.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/support/bytes.h"

namespace tapstack::wire {
namespace {

using test::hex;

const MacAddress kMac{{0x02, 0x54, 0x53, 0, 0, 0x01}};

// An acknowledgement byte by byte: RFC 2131 figure 1, 10.1.2.3 to xid 0x11223344.
std::vector<uint8_t> reply(const std::vector<uint8_t>& options) {
  std::vector<uint8_t> bytes =
      hex("02 01 06 00 11223344 0007 8000"
          "00000000 0a010203 0a010201 00000000"
          "025453000001 0000 0000 0000 0000 0000");
  bytes.resize(236);
  for (const uint8_t b : hex("63825363")) bytes.push_back(b);
  bytes.insert(bytes.end(), options.begin(), options.end());
  return bytes;
}

TEST(Dhcp4View, ReadsTheFieldsOfAReply) {
  const auto bytes = reply(hex("350105 ff"));
  const auto view = Dhcp4View::parse(bytes);
  ASSERT_TRUE(view);
  const Dhcp4Header h = view->header();
  EXPECT_TRUE(h.is_reply);
  EXPECT_EQ(h.xid, 0x11223344u);
  EXPECT_EQ(h.secs, 7);
  EXPECT_TRUE(h.broadcast);
  EXPECT_EQ(h.yiaddr, Ip4Address::from(10, 1, 2, 3));
  EXPECT_EQ(h.siaddr, Ip4Address::from(10, 1, 2, 1));
  EXPECT_EQ(h.chaddr, kMac);
  EXPECT_EQ(view->type(), Dhcp4Type::kAck);
}

TEST(Dhcp4View, IsNoMessageWithoutTheCookieOrShorterOrOfAnotherHardware) {
  auto bytes = reply(hex("350105ff"));
  EXPECT_FALSE(Dhcp4View::parse(std::span(bytes).first(239)));
  bytes[236] ^= 1;
  EXPECT_FALSE(Dhcp4View::parse(bytes));
  bytes[236] ^= 1;
  bytes[2] = 8;
  EXPECT_FALSE(Dhcp4View::parse(bytes));
}

TEST(Dhcp4View, PadsAreSkippedAndNothingIsReadBehindTheEnd) {
  const auto bytes = reply(hex("00 00 330400000e10 ff 36040a010201"));
  const auto view = *Dhcp4View::parse(bytes);
  EXPECT_EQ(view.option_u32(dhcp4_option::kLeaseTime), 3600u);
  EXPECT_FALSE(view.option_address(dhcp4_option::kServerIdentifier));
}

TEST(Dhcp4View, AnOptionBeyondTheMessageEndsTheList) {
  const auto bytes = reply(hex("36040a010201 3304 0000"));
  const auto view = *Dhcp4View::parse(bytes);
  EXPECT_EQ(view.option_address(dhcp4_option::kServerIdentifier), Ip4Address::from(10, 1, 2, 1));
  EXPECT_FALSE(view.option_u32(dhcp4_option::kLeaseTime));
}

TEST(Dhcp4View, AnOptionOfTheWrongLengthIsNotThere) {
  const auto bytes = reply(hex("3303000e10 1a03000500 ff"));
  const auto view = *Dhcp4View::parse(bytes);
  EXPECT_FALSE(view.option_u32(dhcp4_option::kLeaseTime));
  EXPECT_FALSE(view.option_u16(dhcp4_option::kInterfaceMtu));
}

TEST(Dhcp4View, InstancesOfAnOptionAreJoined) {  // RFC 3396 5
  const auto bytes = reply(hex("0c0361 6263 350105 0c026465 ff"));
  uint8_t data[16];
  ASSERT_EQ(Dhcp4View::parse(bytes)->option(dhcp4_option::kHostName, data), 5u);
  EXPECT_EQ(std::string(data, data + 5), "abcde");
}

TEST(Dhcp4View, FileAndServerNameHoldOptionsWhenOverloaded) {  // RFC 2131 4.1
  auto bytes = reply(hex("340103 350105 0c0161 ff"));
  const auto file = hex("0c0162 ff");
  const auto name = hex("0c0163 ff");
  std::copy(file.begin(), file.end(), bytes.begin() + 108);
  std::copy(name.begin(), name.end(), bytes.begin() + 44);
  uint8_t data[16];
  ASSERT_EQ(Dhcp4View::parse(bytes)->option(dhcp4_option::kHostName, data), 3u);
  EXPECT_EQ(std::string(data, data + 3), "abc");  // options, file, sname
  bytes[242] = 2;                                 // sname only
  ASSERT_EQ(Dhcp4View::parse(bytes)->option(dhcp4_option::kHostName, data), 2u);
  EXPECT_EQ(std::string(data, data + 2), "ac");
}

TEST(Dhcp4View, MoreThanThereIsRoomForIsCountedButNotCopied) {
  const auto bytes = reply(hex("0c0461626364 ff"));
  uint8_t data[3] = {};
  EXPECT_EQ(Dhcp4View::parse(bytes)->option(dhcp4_option::kHostName, std::span(data).first(2)), 4u);
  EXPECT_EQ(data[2], 0);
}

TEST(Dhcp4Writer, WritesADiscoverAsAServerReadsIt) {
  uint8_t out[512];
  Dhcp4Writer writer(out, {.xid = 0xdeadbeef, .secs = 2, .broadcast = true, .chaddr = kMac},
                     Dhcp4Type::kDiscover);
  writer.option_u16(dhcp4_option::kMaximumMessageSize, 1024);
  const size_t bytes = writer.finish();
  EXPECT_EQ(bytes, 300u);  // RFC 951: old relays drop what is shorter
  std::vector<uint8_t> expected = hex("01010600 deadbeef 0002 8000");
  expected.resize(28);
  for (const uint8_t b : kMac.octets) expected.push_back(b);
  expected.resize(236);
  for (const uint8_t b : hex("63825363 350101 39020400 ff")) expected.push_back(b);
  expected.resize(300);
  EXPECT_EQ(std::vector<uint8_t>(out, out + bytes), expected);
}

TEST(Dhcp4Writer, LeavesOutWhatDoesNotFit) {
  uint8_t out[300];
  Dhcp4Writer writer(out, {}, Dhcp4Type::kRequest);
  const uint8_t text[60] = {};
  writer.option(dhcp4_option::kHostName, std::span(text).first(50));
  writer.option(dhcp4_option::kHostName, std::span(text).first(50));
  EXPECT_EQ(writer.finish(), 300u);
  uint8_t data[128];
  EXPECT_EQ(Dhcp4View::parse(out)->option(dhcp4_option::kHostName, data), 50u);
}

TEST(ClasslessRoute, ReadsTheExamplesOfRfc3442) {
  const auto bytes = hex("00 0a010101  08 0a 0a010102  19 0a800080 00000000");
  std::span<const uint8_t> rest(bytes);
  auto route = take_classless_route(rest);
  ASSERT_TRUE(route);
  EXPECT_EQ(route->destination, (Prefix{Ip4Address::any(), 0}));
  EXPECT_EQ(route->gateway, Ip4Address::from(10, 1, 1, 1));
  route = take_classless_route(rest);
  ASSERT_TRUE(route);
  EXPECT_EQ(route->destination, (Prefix{Ip4Address::from(10, 0, 0, 0), 8}));
  route = take_classless_route(rest);
  ASSERT_TRUE(route);
  EXPECT_EQ(route->destination, (Prefix{Ip4Address::from(10, 128, 0, 128), 25}));
  EXPECT_TRUE(route->gateway.is_any());
  EXPECT_FALSE(take_classless_route(rest));
}

TEST(ClasslessRoute, MalformedOnesEndTheList) {
  const auto too_long = hex("21 0a000000 0a010101");
  std::span<const uint8_t> rest(too_long);
  EXPECT_FALSE(take_classless_route(rest));
  const auto cut = hex("18 0a0000 0a0101");
  rest = cut;
  EXPECT_FALSE(take_classless_route(rest));
}

}  // namespace
}  // namespace tapstack::wire
