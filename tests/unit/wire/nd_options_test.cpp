#include "wire/nd_options.h"

#include <gtest/gtest.h>

#include "tests/unit/support/bytes.h"

namespace tapstack::wire {
namespace {

using test::hex;

TEST(NdOptions, WalkGivesEachInTurn) {
  const auto bytes = hex("0101 020000000001 0501 0000 000005dc");
  NdOptionWalk walk(bytes);
  const auto first = walk.next();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->type(), NdOptionType::kSourceLinkLayer);
  EXPECT_EQ(first->link_layer(), (MacAddress{{0x02, 0, 0, 0, 0, 0x01}}));
  const auto second = walk.next();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->mtu_bytes(), 1500u);
  EXPECT_FALSE(walk.next());
  EXPECT_FALSE(walk.is_malformed());
}

TEST(NdOptions, LengthOfZeroIsMalformed) {
  EXPECT_FALSE(are_nd_options_sound(hex("0101 020000000001 0200 020000000001")));
}

TEST(NdOptions, OptionBeyondTheMessageIsMalformed) {
  EXPECT_FALSE(are_nd_options_sound(hex("0102 020000000001")));
  EXPECT_FALSE(are_nd_options_sound(hex("01")));
}

TEST(NdOptions, UnknownTypesAreSkipped) {
  const auto bytes = hex("fd01 000000000000 0101 020000000001");
  EXPECT_TRUE(are_nd_options_sound(bytes));
  EXPECT_TRUE(find_nd_option(bytes, NdOptionType::kSourceLinkLayer));
}

TEST(NdOptions, PrefixInformationIsReadBack) {
  const auto bytes = hex("0304 40 c0 00000e10 00000708 00000000 20010db8000100000000000000000000");
  const auto option = find_nd_option(bytes, NdOptionType::kPrefixInformation);
  ASSERT_TRUE(option);
  EXPECT_EQ(option->prefix_length(), 64);
  EXPECT_TRUE(option->is_on_link());
  EXPECT_TRUE(option->is_autonomous());
  EXPECT_EQ(option->valid_s(), 3600u);
  EXPECT_EQ(option->preferred_s(), 1800u);
  EXPECT_EQ(option->prefix(), Ip6Address::from(0x2001, 0xdb8, 1, 0, 0, 0, 0, 0));
}

TEST(NdOptions, RouteInformationMayLeaveTheRestOfItsPrefixOut) {
  const auto bytes = hex("1802 30 18 00000258 20010db8000a0000");
  const auto option = find_nd_option(bytes, NdOptionType::kRouteInformation);
  ASSERT_TRUE(option);
  EXPECT_EQ(option->route_prefix(), Ip6Address::from(0x2001, 0xdb8, 0xa, 0, 0, 0, 0, 0));
  EXPECT_EQ(option->prefix_length(), 48);
  EXPECT_EQ(option->route_preference(), RouterPreference::kLow);
  EXPECT_EQ(option->lifetime_s(), 600u);
}

TEST(NdOptions, RouteInformationShorterThanItsPrefixIsPassedOver) {
  EXPECT_FALSE(find_nd_option(hex("1801 01 00 00000258"), NdOptionType::kRouteInformation));
  EXPECT_FALSE(
      find_nd_option(hex("1802 41 00 00000258 20010db8000a0000"), NdOptionType::kRouteInformation));
}

TEST(NdOptions, DnsServersAreCounted) {
  const auto bytes =
      hex("1905 0000 00000258 20010db8000000000000000000000001"
          "20010db8000000000000000000000002");
  const auto option = find_nd_option(bytes, NdOptionType::kDnsServers);
  ASSERT_TRUE(option);
  ASSERT_EQ(option->dns_servers(), 2u);
  EXPECT_EQ(option->dns_server(1), Ip6Address::from(0x2001, 0xdb8, 0, 0, 0, 0, 0, 2));
}

TEST(NdOptions, DnsServersOfEvenLengthArePassedOver) {
  EXPECT_FALSE(
      find_nd_option(hex("1902 0000 00000258 20010db800000000"), NdOptionType::kDnsServers));
}

TEST(NdOptions, LinkLayerAddressIsWritten) {
  std::array<uint8_t, 8> bytes;
  emit_link_layer_option(bytes, NdOptionType::kTargetLinkLayer, {{2, 0, 0, 0, 0, 9}});
  EXPECT_EQ(std::vector<uint8_t>(bytes.begin(), bytes.end()), hex("0201 020000000009"));
}

TEST(NdOptions, NonceIsWritten) {
  std::array<uint8_t, 8> bytes;
  emit_nonce_option(bytes, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(std::vector<uint8_t>(bytes.begin(), bytes.end()), hex("0e01 010203040506"));
}

}  // namespace
}  // namespace tapstack::wire
