#include "config.h"

#include <gtest/gtest.h>

namespace tapstack {
namespace {

// Values that come from a standard, against the standard's number.
TEST(Config, DefaultsAreThoseOfTheStandards) {
  constexpr Config c;
  EXPECT_EQ(c.mtu_default_bytes, 1500u);          // RFC 894
  EXPECT_EQ(c.tcp_mss_default_bytes, 536);        // RFC 9293 3.7.1
  EXPECT_EQ(c.tcp_rto_initial_ms, 1000u);         // RFC 6298 2.1
  EXPECT_GE(c.tcp_rto_max_ms, 60'000u);           // RFC 6298 2.5
  EXPECT_EQ(c.tcp_initial_window_segments, 10u);  // RFC 6928 2
  EXPECT_GE(c.tcp_keepalive_idle_s, 7200u);       // RFC 9293 MUST-28
  EXPECT_EQ(c.neighbour_probes_unicast_max, 3u);  // RFC 4861 10
}

TEST(Config, ProfilesShrinkFromHostToTiny) {
  constexpr Config host;
  constexpr Config embedded = config_detail::embedded();
  constexpr Config tiny = config_detail::tiny();
  EXPECT_GT(host.blocks * host.block_bytes, embedded.blocks * embedded.block_bytes);
  EXPECT_GT(embedded.blocks * embedded.block_bytes, tiny.blocks * tiny.block_bytes);
  EXPECT_GT(embedded.tcp_connections, tiny.tcp_connections);
}

TEST(Config, UnitTestsRunWithTheSimProfile) {
  EXPECT_EQ(kConfig.tcp_connections, config_detail::sim().tcp_connections);
}

}  // namespace
}  // namespace tapstack
