#include "shim/names/resolv_conf.h"

#include <gtest/gtest.h>

namespace tapstack::shim::names {
namespace {

using Names = std::vector<std::string>;

unsigned number_of(const char* name) { return std::string_view(name) == "ts0" ? 2 : 0; }

ResolverSettings apply(std::string_view text) {
  ResolverSettings settings;
  apply_resolv_conf(text, number_of, settings);
  return settings;
}

ResolverSettings searching(Names domains) {
  ResolverSettings settings;
  settings.search = std::move(domains);
  return settings;
}

TEST(ResolvConfTest, ThreeServersOfBothFamiliesAreTaken) {
  const ResolverSettings settings = apply(
      "# comment\n; comment\nnameserver 10.0.0.1\n nameserver fe80::1%ts0\nnameserver nonsense\n"
      "nameserver\t2001:db8::1\nnameserver 10.0.0.4\n");
  const InterfaceId ts0{2};
  EXPECT_EQ(settings.servers,
            (std::vector<Endpoint>{
                {Ip4Address::from(10, 0, 0, 1), Port{53}},
                {IpAddress(Ip6Address::from(0xfe80, 0, 0, 0, 0, 0, 0, 1), ts0), Port{53}},
                {Ip6Address::from(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1), Port{53}}}));
}

TEST(ResolvConfTest, TheLastOfDomainAndSearchCounts) {
  EXPECT_EQ(apply("search a b\ndomain c").search, Names{"c"});
  EXPECT_EQ(apply("domain c\nsearch a  b\n").search, (Names{"a", "b"}));
}

TEST(ResolvConfTest, OptionsAreRead) {
  const ResolverSettings settings =
      apply("options ndots:2 timeout:3 attempts:4 rotate\noptions use-vc edns0 trust-ad no-aaaa");
  EXPECT_EQ(settings.ndots, 2u);
  EXPECT_EQ(settings.timeout_s, 3u);
  EXPECT_EQ(settings.attempts, 4u);
  EXPECT_TRUE(settings.rotates && settings.uses_stream && settings.has_edns);
  EXPECT_TRUE(settings.trusts_ad && settings.asks_no_aaaa);
}

TEST(ResolvConfTest, WithoutAFileThereAreTheDefaultsOfResolvConf5) {
  const ResolverSettings settings = apply("");
  EXPECT_EQ(settings.ndots, 1u);
  EXPECT_EQ(settings.timeout_s, 5u);
  EXPECT_EQ(settings.attempts, 2u);
  EXPECT_FALSE(settings.rotates || settings.uses_stream || settings.has_edns);
}

TEST(ResolvConfTest, NumbersAreKeptWithinTheirLimits) {
  const ResolverSettings most = apply("options ndots:99 timeout:99 attempts:99");
  EXPECT_EQ(most.ndots, 15u);
  EXPECT_EQ(most.timeout_s, 30u);
  EXPECT_EQ(most.attempts, 5u);
  const ResolverSettings least = apply("options timeout:0 attempts:x");
  EXPECT_EQ(least.timeout_s, 1u);
  EXPECT_EQ(least.attempts, 1u);
}

TEST(ResolvConfTest, ShortNamesAreTriedInTheDomainsFirst) {
  const ResolverSettings settings = searching({"x", "y"});
  EXPECT_EQ(names_to_try("a", settings), (Names{"a.x", "a.y", "a"}));
}

TEST(ResolvConfTest, NamesWithEnoughDotsAreTriedAsTheyStandFirst) {
  ResolverSettings settings = searching({"x"});
  EXPECT_EQ(names_to_try("a.b", settings), (Names{"a.b", "a.b.x"}));
  settings.ndots = 2;
  EXPECT_EQ(names_to_try("a.b", settings), (Names{"a.b.x", "a.b"}));
}

TEST(ResolvConfTest, ANameWithAFinalDotIsTriedAsItStandsOnly) {
  EXPECT_EQ(names_to_try("a.", searching({"x"})), Names{"a."});
}

TEST(ResolvConfTest, TheRootInTheListStandsForTheNameItself) {
  EXPECT_EQ(names_to_try("a", searching({".", "x"})), (Names{"a", "a.x"}));
}

}  // namespace
}  // namespace tapstack::shim::names
