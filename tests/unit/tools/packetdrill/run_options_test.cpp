#include "tools/packetdrill/run_options.h"

#include <gtest/gtest.h>

namespace tapstack::packetdrill {
namespace {

TEST(RunOptions, AddressAndMtuAreTakenFromTheArguments) {
  const HostSettings settings =
      settings_from({"--ip_version=ipv4", "--local_ip=10.1.2.3", "--mtu=576", "script.pkt"}, "");
  EXPECT_EQ(settings.local, IpAddress(Ip4Address{0x0a010203}));
  EXPECT_EQ(settings.mtu_bytes, 576u);
}

TEST(RunOptions, WithoutArgumentsTheyArePacketdrillsOwn) {
  const HostSettings settings = settings_from({}, "");
  EXPECT_EQ(settings.local, IpAddress(Ip4Address{0xc0a80001}));
  EXPECT_EQ(settings.mtu_bytes, 1500u);
}

TEST(RunOptions, OfIpVersion6TheAddressIsOneToo) {
  EXPECT_TRUE(settings_from({"--ip_version=ipv6"}, "").local.is_ip6());
  const auto octets = settings_from({"--ip_version=ipv6", "--local_ip=fd01::2"}, "").local.ip6();
  EXPECT_EQ(octets.octets[0], 0xfd);
  EXPECT_EQ(octets.octets[15], 2);
  EXPECT_TRUE(settings_from({"--ip_version=ipv6", "--local_ip=10.1.2.3"}, "").local.is_ip6());
}

TEST(RunOptions, MappedAddressesAreOfIpv4OnTheWire) {
  const HostSettings settings =
      settings_from({"--ip_version=ipv4-mapped-ipv6", "--local_ip=10.1.2.3"}, "");
  EXPECT_EQ(settings.local, IpAddress(Ip4Address{0x0a010203}));
}

TEST(RunOptions, TheScriptsOwnCountUnlessTheCommandLineSaysOtherwise) {
  EXPECT_EQ(settings_from({"--mtu=576"}, "--mtu=1280\n").mtu_bytes, 576u);
  const HostSettings settings =
      settings_from({}, "--mtu=1280\n--ip_version=ipv6\n`sysctl tcp_ecn=1`\n");
  EXPECT_EQ(settings.mtu_bytes, 1280u);
  EXPECT_TRUE(settings.local.is_ip6());
  EXPECT_EQ(settings.script, (std::vector<ScriptSetting>{{"tcp_ecn", "1"}}));
}

TEST(RunOptions, SuperframesIsTheOnlyFlag) {
  HostSettings settings;
  EXPECT_TRUE(add_flags(nullptr, settings));
  EXPECT_FALSE(settings.superframes);
  EXPECT_TRUE(add_flags("superframes", settings));
  EXPECT_TRUE(settings.superframes);
  EXPECT_FALSE(add_flags("superframes,colour", settings));
}

}  // namespace
}  // namespace tapstack::packetdrill
