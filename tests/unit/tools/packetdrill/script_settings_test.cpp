#include "tools/packetdrill/script_settings.h"

#include <gtest/gtest.h>

namespace tapstack::packetdrill {
namespace {

using Settings = std::vector<ScriptSetting>;

TEST(ScriptSettings, AreTakenFromCommandsOfEveryStyle) {
  const std::string script =
      "// tcp_sack=0 in a comment\n"
      "`../common/defaults.sh\n"
      "sysctl -q net.ipv4.tcp_ecn=1  # fully\n"
      "../common/set_sysctls.py /proc/sys/net/ipv4/tcp_timestamps=0\\\n"
      "   /proc/sys/net/ipv4/tcp_wmem=\"4096 50000 4194304\"`\n"
      "+0 `sysctl -w net.inet.tcp.rfc1323=0`\n"
      "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"
      "+0 `sysctl -q net.ipv4.tcp_ecn=0`\n";
  const Settings expected = {{"tcp_ecn", "1"},
                             {"tcp_timestamps", "0"},
                             {"tcp_wmem", "4096 50000 4194304"},
                             {"net.inet.tcp.rfc1323", "0"}};
  EXPECT_EQ(settings_in(script), expected);
}

TEST(ScriptSettings, AQuestionForASettingIsNone) {
  EXPECT_EQ(settings_in("`sysctl net.ipv4.tcp_ecn`"), Settings{});
}

TEST(ScriptSettings, ACommandWithoutAnEndIsNone) {
  EXPECT_EQ(settings_in("`sysctl net.ipv4.tcp_ecn=1"), Settings{});
}

TEST(ScriptSettings, FlushingTheMetricsOfOthersIsKnown) {
  EXPECT_TRUE(flushes_metrics("ip tcp_metrics flush all > /dev/null 2>&1"));
  EXPECT_FALSE(flushes_metrics("ip tcp_metrics show"));
}

}  // namespace
}  // namespace tapstack::packetdrill
