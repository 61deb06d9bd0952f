#include "wire/dhcp6.h"

#include <gtest/gtest.h>

#include <array>

#include "tests/unit/support/bytes.h"

namespace tapstack::wire {
namespace {

using test::hex;

const Ip6Address kAddress = Ip6Address::from(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);

// A Reply: client and server identifier, IA_NA of one address.
const auto kReply =
    hex("07 abcdef 0001 000a 00030001020000000002 0002 000a 00030001020000000001"
        "0003 0028 00000002 00000064 000000c8"
        "0005 0018 20010db8000000000000000000000001 000003e8 000007d0");

TEST(Dhcp6View, ReadsAReply) {
  const auto view = Dhcp6View::parse(kReply);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->type(), Dhcp6Type::kReply);
  EXPECT_EQ(view->transaction(), 0xabcdefu);
  const auto ia = find_dhcp6_option(view->options(), dhcp6_option::kIaNa);
  ASSERT_TRUE(ia);
  const auto na = Dhcp6IaNa::parse(*ia);
  ASSERT_TRUE(na);
  EXPECT_EQ(na->id, 2u);
  EXPECT_EQ(na->t1_s, 100u);
  EXPECT_EQ(na->t2_s, 200u);
  const auto data = find_dhcp6_option(na->options, dhcp6_option::kIaAddress);
  ASSERT_TRUE(data);
  const auto address = Dhcp6IaAddress::parse(*data);
  ASSERT_TRUE(address);
  EXPECT_EQ(address->address, kAddress);
  EXPECT_EQ(address->preferred_s, 1000u);
  EXPECT_EQ(address->valid_s, 2000u);
}

TEST(Dhcp6View, IsNoMessageBelowFourBytes) {
  EXPECT_FALSE(Dhcp6View::parse(std::span(kReply).first(3)));
}

TEST(Dhcp6View, AnOptionThatIsCutOffEndsTheList) {
  const auto view = *Dhcp6View::parse(std::span(kReply).first(kReply.size() - 1));
  EXPECT_TRUE(find_dhcp6_option(view.options(), dhcp6_option::kServerId));
  EXPECT_FALSE(find_dhcp6_option(view.options(), dhcp6_option::kIaNa));
}

TEST(Dhcp6View, PartsThatAreTooShortAreNone) {
  EXPECT_FALSE(Dhcp6IaNa::parse(hex("00000002 00000064 0000c8")));
  EXPECT_FALSE(Dhcp6IaAddress::parse(hex("20010db8000000000000000000000001 000003e8 0000")));
}

TEST(Dhcp6View, StatusIsSuccessWithoutTheOption) {  // RFC 8415 21.13
  EXPECT_EQ(dhcp6_status({}), Dhcp6Status::kSuccess);
  EXPECT_EQ(dhcp6_status(hex("000d 0002 0003")), Dhcp6Status::kNoBinding);
  EXPECT_EQ(dhcp6_status(hex("000d 0001 00")), Dhcp6Status::kUnspecFail);
}

TEST(Dhcp6View, PreferenceIsZeroWithoutTheOption) {  // RFC 8415 21.8
  EXPECT_EQ(Dhcp6View::parse(kReply)->preference(), 0);
  EXPECT_EQ(Dhcp6View::parse(hex("02 000001 0007 0001 ff"))->preference(), 255);
}

TEST(Dhcp6Writer, WritesTheReplyAboveByteByByte) {
  std::array<uint8_t, 128> out;
  Dhcp6Writer writer(out, Dhcp6Type::kReply, 0xabcdef);
  writer.option(dhcp6_option::kClientId, hex("00030001020000000002"));
  writer.option(dhcp6_option::kServerId, hex("00030001020000000001"));
  const Dhcp6IaAddress address{kAddress, 1000, 2000};
  writer.ia_na(2, 100, 200, &address);
  EXPECT_EQ(std::vector<uint8_t>(out.begin(), out.begin() + static_cast<long>(writer.bytes())),
            kReply);
}

TEST(Dhcp6Writer, WritesNumbersAndListsInNetworkOrder) {
  std::array<uint8_t, 64> out;
  Dhcp6Writer writer(out, Dhcp6Type::kSolicit, 1);
  writer.option_u16(dhcp6_option::kElapsedTime, 0x0102);
  writer.option_u32(dhcp6_option::kSolMaxRt, 3600);
  const uint16_t codes[] = {dhcp6_option::kDnsServers, dhcp6_option::kDomainList};
  writer.option_request(codes);
  writer.ia_na(9, 0, 0, nullptr);
  EXPECT_EQ(std::vector<uint8_t>(out.begin(), out.begin() + static_cast<long>(writer.bytes())),
            hex("01 000001 0008 0002 0102 0052 0004 00000e10 0006 0004 0017 0018"
                "0003 000c 00000009 00000000 00000000"));
}

TEST(Dhcp6Writer, LeavesOutWhatDoesNotFit) {
  std::array<uint8_t, 9> out;
  Dhcp6Writer writer(out, Dhcp6Type::kSolicit, 1);
  writer.option_u16(dhcp6_option::kElapsedTime, 1);
  EXPECT_EQ(writer.bytes(), 4u);
}

TEST(DuidLl, IsTypeHardwareAndMac) {  // RFC 8415 11.4
  std::array<uint8_t, kDuidLlBytes> duid;
  emit_duid_ll(duid, MacAddress{{2, 0, 0, 0, 0, 9}});
  EXPECT_EQ(std::vector<uint8_t>(duid.begin(), duid.end()), hex("0003 0001 020000000009"));
}

}  // namespace
}  // namespace tapstack::wire
