#include "shim/names/hosts.h"

#include <gtest/gtest.h>

namespace tapstack::shim::names {
namespace {

TEST(Hosts, ALineIsAnAddressANameAndAliases) {
  const auto entries = parse_hosts("10.1.2.3\tserver.example server  srv\n");
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].address, IpAddress(Ip4Address::from(10, 1, 2, 3)));
  EXPECT_EQ(entries[0].canonical, "server.example");
  EXPECT_EQ(entries[0].aliases, (std::vector<std::string>{"server", "srv"}));
}

TEST(Hosts, CommentsAndEmptyLinesAreSkipped) {
  const auto entries = parse_hosts("# all\n\n  \n10.0.0.1 a # b\n");
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].canonical, "a");
  EXPECT_TRUE(entries[0].aliases.empty());
}

TEST(Hosts, ALineThatMakesNoSenseIsSkipped) {
  EXPECT_TRUE(parse_hosts("not-an-address name\n10.0.0.1\n").empty());
}

TEST(Hosts, TheLastLineNeedsNoEnd) { EXPECT_EQ(parse_hosts("::1 localhost").size(), 1u); }

TEST(Hosts, NamesAreComparedInAnyCase) {
  const auto entries = parse_hosts("10.0.0.1 Server Alias\n");
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_TRUE(has_name(entries[0], "sERVER"));
  EXPECT_TRUE(has_name(entries[0], "alias"));
  EXPECT_FALSE(has_name(entries[0], "serv"));
}

TEST(Hosts, AFinalDotOfTheNameAskedForIsIgnored) {
  const auto entries = parse_hosts("10.0.0.1 server\n");
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_TRUE(has_name(entries[0], "server."));
  EXPECT_FALSE(has_name(entries[0], "."));
}

}  // namespace
}  // namespace tapstack::shim::names
