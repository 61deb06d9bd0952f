#include "tapif/settings.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

namespace tapstack::tapif {
namespace {

// Lookup is a plain function, so what it answers from is static.
std::map<std::string, std::string>& variables() {
  static std::map<std::string, std::string> all;
  return all;
}
char* lookup(const char* name) {
  const auto found = variables().find(name);
  return found == variables().end() ? nullptr : found->second.data();
}

Failure read(std::map<std::string, std::string> all, DeviceSettings& settings) {
  variables() = std::move(all);
  return read_settings(lookup, settings);
}

std::string in_text(const std::vector<Prefix>& prefixes) {
  std::string text;
  for (const Prefix& prefix : prefixes) text += to_string(prefix) + " ";
  return text;
}

TEST(DeviceSettings, DefaultsAreThoseOfTheManual) {
  DeviceSettings settings;
  ASSERT_FALSE(read({}, settings));
  EXPECT_EQ(settings.tap.name, "ts0");
  EXPECT_EQ(in_text(settings.tap.host_addresses), "10.10.10.1/24 fd10:10:10::1/64 ");
  EXPECT_TRUE(settings.tap.are_host_addresses_default);
  EXPECT_TRUE(settings.tap.offload);
  EXPECT_FALSE(settings.tap.mac);
  EXPECT_TRUE(settings.capture_path.empty());
  EXPECT_FALSE(settings.impairment);
}

TEST(DeviceSettings, VariablesOverrideThem) {
  DeviceSettings settings;
  const Failure failure = read({{"TAPSTACK_TAP", "tap7"},
                                {"TAPSTACK_MAC", "02:0a:FF:00:00:09"},
                                {"TAPSTACK_HOST_ADDR", "192.168.7.1/30,2001:db8::1/126"},
                                {"TAPSTACK_MTU", "9000"},
                                {"TAPSTACK_OFFLOAD", "0"},
                                {"TAPSTACK_PCAP", "a.pcap"},
                                {"TAPSTACK_PCAP_CUT", "1"},
                                {"TAPSTACK_IMPAIR", "loss=2%"}},
                               settings);
  ASSERT_FALSE(failure) << failure.message;
  EXPECT_EQ(settings.tap.name, "tap7");
  EXPECT_EQ(to_string(*settings.tap.mac), "02:0a:ff:00:00:09");
  EXPECT_EQ(in_text(settings.tap.host_addresses), "192.168.7.1/30 2001:db8::1/126 ");
  EXPECT_FALSE(settings.tap.are_host_addresses_default);
  EXPECT_EQ(settings.tap.mtu_bytes, 9000u);
  EXPECT_FALSE(settings.tap.offload);
  EXPECT_EQ(settings.capture_path, "a.pcap");
  EXPECT_TRUE(settings.capture_cut);
  EXPECT_DOUBLE_EQ(settings.impairment->in.loss, 0.02);
}

TEST(DeviceSettings, HostAddressNoneLeavesTheHostAlone) {
  DeviceSettings settings;
  ASSERT_FALSE(read({{"TAPSTACK_HOST_ADDR", "none"}}, settings));
  EXPECT_TRUE(settings.tap.host_addresses.empty());
}

TEST(DeviceSettings, StreamSocketTakesTheDevicesPlaceAndHasNoHostsEnd) {
  DeviceSettings settings;
  ASSERT_FALSE(read({{"TAPSTACK_NET", "unix:/run/net.sock"}}, settings));
  EXPECT_EQ(settings.stream_path, "/run/net.sock");
  EXPECT_TRUE(settings.tap.host_addresses.empty());
}

TEST(DeviceSettings, DevicesOfDifferentKindsHaveDifferentIdentities) {
  DeviceSettings tap, stream;
  ASSERT_FALSE(read({{"TAPSTACK_NET", "tap"}}, tap));
  ASSERT_FALSE(read({{"TAPSTACK_NET", "unix:ts0"}}, stream));
  EXPECT_EQ(tap.identity(), "ts0");
  EXPECT_EQ(stream.identity(), "unix:ts0");
}

TEST(DeviceSettings, EmptyVariableIsAsIfNotSet) {
  DeviceSettings settings;
  ASSERT_FALSE(read({{"TAPSTACK_TAP", ""}, {"TAPSTACK_MTU", ""}}, settings));
  EXPECT_EQ(settings.tap.name, "ts0");
}

TEST(Prefixes, OfBothFamiliesAreReadAndWritten) {
  for (const char* text :
       {"192.0.2.1/0", "192.0.2.255/32", "2001:db8::1/64", "::/0", "fe80::1/10"}) {
    const auto prefix = parse_prefix(text);
    ASSERT_TRUE(prefix) << text;
    EXPECT_EQ(to_string(*prefix), text);
  }
  EXPECT_EQ(parse_prefix("192.0.2.1")->length, 32);
  EXPECT_EQ(parse_prefix("2001:db8::1")->length, 128);
}

TEST(Prefixes, NothingElseIsOne) {
  for (const char* text : {"", "/24", "10.1/8", "0x0a000001/8", "10.0.0.1/-1", "10.0.0.1/+8",
                           "10.0.0.1/24 ", "fe80::1%ts0/64", "2001:db8:::1/64", "name"}) {
    EXPECT_FALSE(parse_prefix(text)) << text;
  }
}

class WrongVariable : public ::testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(WrongVariable, IsNamedWithItsValue) {
  const auto [name, value] = GetParam();
  DeviceSettings settings;
  const Failure failure = read({{name, value}}, settings);
  EXPECT_EQ(failure.error, EINVAL);
  EXPECT_NE(failure.message.find(name), std::string::npos) << failure.message;
  EXPECT_NE(failure.message.find(value), std::string::npos) << failure.message;
}

INSTANTIATE_TEST_SUITE_P(
    Nonsense, WrongVariable,
    ::testing::Values(
        std::pair{"TAPSTACK_TAP", "a-name-too-long-"}, std::pair{"TAPSTACK_TAP", "a/b"},
        std::pair{"TAPSTACK_TAP", "ts%d"}, std::pair{"TAPSTACK_MAC", "02:00:00:00:00"},
        std::pair{"TAPSTACK_MAC", "01:00:00:00:00:01"},
        std::pair{"TAPSTACK_MAC", "02:00:00:00:00:0g"},
        std::pair{"TAPSTACK_MAC", "00:00:00:00:00:00"}, std::pair{"TAPSTACK_HOST_ADDR", "10.10.10"},
        std::pair{"TAPSTACK_HOST_ADDR", "10.10.10.256/24"},
        std::pair{"TAPSTACK_HOST_ADDR", "10.10.10.1/33"},
        std::pair{"TAPSTACK_HOST_ADDR", "10.10.10.1/"}, std::pair{"TAPSTACK_HOST_ADDR", "::/64"},
        std::pair{"TAPSTACK_HOST_ADDR", "fd10::1/129"},
        std::pair{"TAPSTACK_HOST_ADDR", "10.10.10.1/24,"},
        std::pair{"TAPSTACK_HOST_ADDR", "10.10.10.1/24,10.10.11.1/24"},
        std::pair{"TAPSTACK_HOST_ADDR", "none,10.10.10.1/24"}, std::pair{"TAPSTACK_MTU", "67"},
        std::pair{"TAPSTACK_MTU", "65522"}, std::pair{"TAPSTACK_MTU", "1500x"},
        std::pair{"TAPSTACK_NET", "passt"}, std::pair{"TAPSTACK_NET", "unix:"},
        std::pair{"TAPSTACK_OFFLOAD", "yes"}, std::pair{"TAPSTACK_IMPAIR", "loss=x"}));

}  // namespace
}  // namespace tapstack::tapif
