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

TEST(DeviceSettings, DefaultsAreThoseOfTheManual) {
  DeviceSettings settings;
  ASSERT_FALSE(read({}, settings));
  EXPECT_EQ(settings.tap.name, "ts0");
  EXPECT_EQ(to_string(*settings.tap.host_address), "10.10.10.1/24");
  EXPECT_TRUE(settings.tap.offload);
  EXPECT_FALSE(settings.tap.mac);
  EXPECT_TRUE(settings.capture_path.empty());
  EXPECT_FALSE(settings.impairment);
}

TEST(DeviceSettings, VariablesOverrideThem) {
  DeviceSettings settings;
  const Failure failure = read({{"TAPSTACK_TAP", "tap7"},
                                {"TAPSTACK_MAC", "02:0a:FF:00:00:09"},
                                {"TAPSTACK_HOST_ADDR", "192.168.7.1/30"},
                                {"TAPSTACK_MTU", "9000"},
                                {"TAPSTACK_OFFLOAD", "0"},
                                {"TAPSTACK_PCAP", "a.pcap"},
                                {"TAPSTACK_PCAP_CUT", "1"},
                                {"TAPSTACK_IMPAIR", "loss=2%"}},
                               settings);
  ASSERT_FALSE(failure) << failure.message;
  EXPECT_EQ(settings.tap.name, "tap7");
  EXPECT_EQ(to_string(*settings.tap.mac), "02:0a:ff:00:00:09");
  EXPECT_EQ(to_string(*settings.tap.host_address), "192.168.7.1/30");
  EXPECT_EQ(settings.tap.mtu_bytes, 9000u);
  EXPECT_FALSE(settings.tap.offload);
  EXPECT_EQ(settings.capture_path, "a.pcap");
  EXPECT_TRUE(settings.capture_cut);
  EXPECT_DOUBLE_EQ(settings.impairment->in.loss, 0.02);
}

TEST(DeviceSettings, HostAddressNoneLeavesTheHostAlone) {
  DeviceSettings settings;
  ASSERT_FALSE(read({{"TAPSTACK_HOST_ADDR", "none"}}, settings));
  EXPECT_FALSE(settings.tap.host_address);
}

TEST(DeviceSettings, EmptyVariableIsAsIfNotSet) {
  DeviceSettings settings;
  ASSERT_FALSE(read({{"TAPSTACK_TAP", ""}, {"TAPSTACK_MTU", ""}}, settings));
  EXPECT_EQ(settings.tap.name, "ts0");
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
        std::pair{"TAPSTACK_HOST_ADDR", "10.10.10.1/"}, std::pair{"TAPSTACK_MTU", "67"},
        std::pair{"TAPSTACK_MTU", "65522"}, std::pair{"TAPSTACK_MTU", "1500x"},
        std::pair{"TAPSTACK_OFFLOAD", "yes"}, std::pair{"TAPSTACK_IMPAIR", "loss=x"}));

}  // namespace
}  // namespace tapstack::tapif
