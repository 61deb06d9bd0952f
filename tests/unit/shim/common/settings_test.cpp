#include "shim/common/settings.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <map>
#include <string>
#include <vector>

namespace tapstack::shim {
namespace {

std::map<std::string, std::string> variables;

char* look_up(const char* name) {
  const auto found = variables.find(name);
  return found == variables.end() ? nullptr : found->second.data();
}

class SettingsTest : public ::testing::Test {
 protected:
  void SetUp() override { variables.clear(); }

  Settings read() {
    Settings settings;
    const tapif::Failure failure = read_settings(look_up, settings);
    EXPECT_EQ(failure.error, 0) << failure.message;
    return settings;
  }

  // The message of the failure that `value` causes.
  std::string refuse(const std::string& name, const std::string& value) {
    variables[name] = value;
    Settings settings;
    const tapif::Failure failure = read_settings(look_up, settings);
    EXPECT_EQ(failure.error, EINVAL) << name << "=" << value;
    variables.erase(name);
    return failure.message;
  }
};

TEST_F(SettingsTest, AnEmptyEnvironmentGivesTheDocumentedDefaults) {
  const Settings settings = read();
  EXPECT_EQ(settings.addresses,
            (std::vector<Prefix>{{Ip4Address::from(10, 10, 10, 2), 24},
                                 {Ip6Address::from(0xfd10, 0x10, 0x10, 0, 0, 0, 0, 2), 64}}));
  EXPECT_EQ(settings.gateways,
            (std::vector<IpAddress>{Ip4Address::from(10, 10, 10, 1),
                                    Ip6Address::from(0xfd10, 0x10, 0x10, 0, 0, 0, 0, 1)}));
  EXPECT_EQ(settings.device.tap.name, "ts0");
  EXPECT_EQ(settings.engine, EnginePlace::kInside);
  EXPECT_EQ(settings.exit_drain_ms, 10'000);
  EXPECT_EQ(settings.log, LogLevel::kError);
  EXPECT_FALSE(settings.seed.has_value());
}

TEST_F(SettingsTest, AnEmptyVariableCountsAsNotSet) {
  variables["TAPSTACK_ENGINE"] = "";
  variables["TAPSTACK_ADDR"] = "";
  EXPECT_EQ(read().addresses.size(), 2u);
}

TEST_F(SettingsTest, AnMtuTooSmallForIp6GivesNoAddressOfIt) {
  variables["TAPSTACK_MTU"] = "1279";
  EXPECT_EQ(read().addresses.size(), 1u);
}

TEST_F(SettingsTest, AddressesAreAListOfPrefixes) {
  variables["TAPSTACK_ADDR"] = "192.0.2.7/28,198.51.100.1/32";
  const Settings settings = read();
  ASSERT_EQ(settings.addresses.size(), 2u);
  EXPECT_EQ(settings.addresses[0], (Prefix{Ip4Address::from(192, 0, 2, 7), 28}));
  EXPECT_EQ(settings.addresses[1], (Prefix{Ip4Address::from(198, 51, 100, 1), 32}));
}

TEST_F(SettingsTest, AddressesThatNoHostCanHaveAreRefused) {
  for (const char* value : {"10.0.0.1/33", "10.0.0/8", "0.0.0.0/8", "224.0.0.1/4", "127.0.0.1/8",
                            "10.0.0.1/24,", ",10.0.0.1/24", "x", "10.0.0.1/0", "::/64", "::1/128",
                            "ff02::1/16", "::ffff:10.0.0.1/128", "fd10::1/129", "fe80::1%ts0/64"}) {
    refuse("TAPSTACK_ADDR", value);
  }
}

TEST_F(SettingsTest, AddressesOfBothFamiliesMayBeMixed) {
  variables["TAPSTACK_ADDR"] = "192.0.2.7/28,2001:db8::7/64,fe80::7/10";
  const Settings settings = read();
  ASSERT_EQ(settings.addresses.size(), 3u);
  EXPECT_EQ(settings.addresses[1], (Prefix{Ip6Address::from(0x2001, 0xdb8, 0, 0, 0, 0, 0, 7), 64}));
  EXPECT_EQ(settings.addresses[2].length, 10);
  EXPECT_FALSE(settings.autoconfigures);
}

TEST_F(SettingsTest, AutoconfigurationIsAWordAmongTheAddresses) {
  variables["TAPSTACK_ADDR"] = "192.0.2.7/28,slaac";
  EXPECT_TRUE(read().autoconfigures);
  EXPECT_EQ(read().addresses.size(), 1u);
  variables["TAPSTACK_ADDR"] = "slaac";
  EXPECT_TRUE(read().addresses.empty());
}

TEST_F(SettingsTest, AServerForAddressesIsAWordAmongThemToo) {
  EXPECT_FALSE(read().asks_dhcp);
  variables["TAPSTACK_ADDR"] = "dhcp,slaac";
  EXPECT_TRUE(read().asks_dhcp);
  EXPECT_TRUE(read().autoconfigures);
  EXPECT_TRUE(read().addresses.empty());
  EXPECT_TRUE(read().gateways.empty());
}

TEST_F(SettingsTest, TheStateFileIsTheOneOfTheDirectoryAtTheStart) {
  EXPECT_TRUE(read().state_file.empty());
  variables["TAPSTACK_STATE"] = "/var/lib/tapstack.state";
  EXPECT_EQ(read().state_file, "/var/lib/tapstack.state");
  variables["TAPSTACK_STATE"] = "lease";
  EXPECT_TRUE(read().state_file.starts_with('/'));
  EXPECT_TRUE(read().state_file.ends_with("/lease"));
}

TEST_F(SettingsTest, EachFamilyWithAnAddressHasTheHostsEndForItsGateway) {
  variables["TAPSTACK_HOST_ADDR"] = "2001:db8::1/64,192.0.2.1/28,2001:db8::2/64";
  variables["TAPSTACK_ADDR"] = "192.0.2.7/28,2001:db8::7/64";
  EXPECT_EQ(read().gateways,
            (std::vector<IpAddress>{Ip4Address::from(192, 0, 2, 1),
                                    Ip6Address::from(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1)}));
  variables["TAPSTACK_ADDR"] = "192.0.2.7/28";
  EXPECT_EQ(read().gateways.size(), 1u);
}

TEST_F(SettingsTest, AutoconfiguredAddressesUseTheRoutersThatTheyCameFrom) {
  variables["TAPSTACK_ADDR"] = "slaac,2001:db8::7/64";
  EXPECT_TRUE(read().gateways.empty());
}

TEST_F(SettingsTest, GatewaysAreOneOfEachFamily) {
  variables["TAPSTACK_GW"] = "fe80::1,10.10.10.9";
  EXPECT_EQ(read().gateways, (std::vector<IpAddress>{Ip6Address::from(0xfe80, 0, 0, 0, 0, 0, 0, 1),
                                                     Ip4Address::from(10, 10, 10, 9)}));
  for (const char* value : {"10.0.0.1,10.0.0.2", "fd10::1/64", "::", "ff02::1", "none,10.0.0.1"}) {
    refuse("TAPSTACK_GW", value);
  }
}

TEST_F(SettingsTest, TheGatewayFollowsTheHostsEnd) {
  variables["TAPSTACK_HOST_ADDR"] = "10.9.8.7/16";
  EXPECT_EQ(read().gateways, std::vector<IpAddress>{Ip4Address::from(10, 9, 8, 7)});
}

TEST_F(SettingsTest, AGatewayOfItsOwnComesFirst) {
  variables["TAPSTACK_GW"] = "10.10.10.9";
  EXPECT_EQ(read().gateways, std::vector<IpAddress>{Ip4Address::from(10, 10, 10, 9)});
}

TEST_F(SettingsTest, TheGatewayCanBeNone) {
  variables["TAPSTACK_GW"] = "none";
  EXPECT_TRUE(read().gateways.empty());
}

TEST_F(SettingsTest, AFailureNamesVariableValueAndWhatWouldBeRight) {
  const std::string message = refuse("TAPSTACK_ENGINE", "outside");
  EXPECT_EQ(message, "TAPSTACK_ENGINE=outside: want inside or keeper");
}

TEST_F(SettingsTest, ValuesOutOfRangeAreRefused) {
  refuse("TAPSTACK_EXIT_DRAIN_MS", "3600001");
  refuse("TAPSTACK_EXIT_DRAIN_MS", "-1");
  refuse("TAPSTACK_SEED", "18446744073709551616");
  refuse("TAPSTACK_LOG", "loud");
  refuse("TAPSTACK_TRACE_TIME", "yes");
  refuse("TAPSTACK_ECN", "3");
  refuse("TAPSTACK_GW", "10.0.0.1/24");
}

TEST_F(SettingsTest, AValueThatCannotBeSaysWhy) {
  EXPECT_EQ(refuse("TAPSTACK_LOOPBACK", "host"),
            "TAPSTACK_LOOPBACK=host: want stack: a socket cannot become the kernel's at its first "
            "connect(), see libtapstack(7)");
}

TEST_F(SettingsTest, TheClientIdOfDhcpIsTextOrOctets) {
  variables["TAPSTACK_DHCP_CLIENT_ID"] = "box-7";
  EXPECT_EQ(read().dhcp_client_id, std::string("\0box-7", 6));
  variables["TAPSTACK_DHCP_CLIENT_ID"] = "01:02:0a:ff";
  EXPECT_EQ(read().dhcp_client_id, "\x01\x02\x0a\xff");
  variables["TAPSTACK_DHCP_CLIENT_ID"] = "01:2:0a";
  EXPECT_EQ(read().dhcp_client_id, std::string("\0"
                                               "01:2:0a",
                                               8));
  refuse("TAPSTACK_DHCP_CLIENT_ID", std::string(32, 'x').c_str());
}

TEST_F(SettingsTest, TheHostNameOfDhcpIsOne) {
  variables["TAPSTACK_DHCP_HOST_NAME"] = "box.example";
  EXPECT_EQ(read().dhcp_host_name, "box.example");
  refuse("TAPSTACK_DHCP_HOST_NAME", "no host");
  refuse("TAPSTACK_DHCP_HOST_NAME", std::string(63, 'x').append(".x").c_str());
}

TEST_F(SettingsTest, AutoconfiguredAddressesAreOfTheMacUnlessWantedOtherwise) {
  EXPECT_EQ(read().identifier, link::IdentifierKind::kEui64);
  EXPECT_FALSE(read().has_temporary_addresses);
  variables["TAPSTACK_IP6_IDENTIFIER"] = "stable";
  variables["TAPSTACK_IP6_TEMPORARY"] = "1";
  EXPECT_EQ(read().identifier, link::IdentifierKind::kStable);
  EXPECT_TRUE(read().has_temporary_addresses);
  refuse("TAPSTACK_IP6_IDENTIFIER", "random");
  refuse("TAPSTACK_IP6_TEMPORARY", "2");
}

TEST_F(SettingsTest, AGatewayThatIsGivenIsKnownToBe) {
  EXPECT_FALSE(read().has_given_gateways);
  variables["TAPSTACK_GW"] = "none";
  EXPECT_TRUE(read().has_given_gateways);
}

TEST_F(SettingsTest, CongestionControlIsCubicUnlessNamed) {
  EXPECT_EQ(read().congestion, CongestionAlgorithm::kCubic);
  variables["TAPSTACK_CC"] = "reno";
  EXPECT_EQ(read().congestion, CongestionAlgorithm::kNewReno);
  variables["TAPSTACK_CC"] = "bbr";
  EXPECT_EQ(read().congestion, CongestionAlgorithm::kBbr);
  EXPECT_EQ(refuse("TAPSTACK_CC", "vegas"), "TAPSTACK_CC=vegas: want reno, cubic or bbr");
}

TEST_F(SettingsTest, WhatIsSoAnywayIsTaken) {
  variables["TAPSTACK_LOOPBACK"] = "stack";
  read();
}

TEST_F(SettingsTest, AnybodyMayBeAskedForNamesUnlessSomebodyIsNamed) {
  EXPECT_EQ(read().name_server_choice, NameServerChoice::kAnybody);
  variables["TAPSTACK_DNS"] = "9.9.9.9,fe80::1";
  const Settings given = read();
  EXPECT_EQ(given.name_server_choice, NameServerChoice::kGiven);
  EXPECT_EQ(given.name_servers,
            (std::vector<IpAddress>{Ip4Address::from(9, 9, 9, 9),
                                    Ip6Address::from(0xfe80, 0, 0, 0, 0, 0, 0, 1)}));
  variables["TAPSTACK_DNS"] = "none";
  EXPECT_EQ(read().name_server_choice, NameServerChoice::kGiven);
  EXPECT_TRUE(read().name_servers.empty());
  variables["TAPSTACK_DNS"] = "learnt";
  EXPECT_EQ(read().name_server_choice, NameServerChoice::kLearnt);
}

TEST_F(SettingsTest, NameServersAreAddressesOfHostsFourAtMost) {
  for (const char* value : {"dns.example", "9.9.9.9/24", "0.0.0.0", "224.0.0.1",
                            "1.1.1.1,2.2.2.2,3.3.3.3,4.4.4.4,5.5.5.5", "none,9.9.9.9"}) {
    refuse("TAPSTACK_DNS", value);
  }
}

TEST_F(SettingsTest, TheLargestValuesAreTaken) {
  variables["TAPSTACK_EXIT_DRAIN_MS"] = "3600000";
  variables["TAPSTACK_SEED"] = "18446744073709551615";
  variables["TAPSTACK_LOG"] = "trace";
  variables["TAPSTACK_TRACE_TIME"] = "1";
  const Settings settings = read();
  EXPECT_EQ(settings.exit_drain_ms, 3'600'000);
  EXPECT_EQ(settings.seed, 18446744073709551615u);
  EXPECT_EQ(settings.log, LogLevel::kTrace);
  EXPECT_TRUE(settings.traces_time);
}

TEST_F(SettingsTest, ANonsenseValueOfTheDeviceIsRefusedToo) {
  EXPECT_NE(refuse("TAPSTACK_MTU", "12").find("TAPSTACK_MTU=12"), std::string::npos);
}

}  // namespace
}  // namespace tapstack::shim
