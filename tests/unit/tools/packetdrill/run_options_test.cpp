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

TEST(RunOptions, TheScriptsOwnCount) {
  const HostSettings settings = settings_from({"--mtu=576"}, "--mtu=1280\n`sysctl tcp_ecn=1`\n");
  EXPECT_EQ(settings.mtu_bytes, 1280u);
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
