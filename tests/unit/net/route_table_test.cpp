#include "net/route_table.h"

#include <gtest/gtest.h>

namespace tapstack::net {
namespace {

constexpr InterfaceId kIf{2};
const Ip4Address kGateway = Ip4Address::from(10, 0, 0, 1);

const RouteEntry* any(const RouteTable& table, const IpAddress& to) {
  return table.find(to, [](const RouteEntry&) { return true; });
}

Prefix net(uint8_t n) { return {Ip4Address::from(10, n, 0, 0), 16}; }

TEST(RouteTable, FindsTheLongestPrefix) {
  RouteTable table;
  ASSERT_TRUE(table.add({{Ip4Address::any(), 0}, kGateway, kIf}).ok());
  ASSERT_TRUE(table.add({net(1), kGateway, kIf}).ok());
  EXPECT_EQ(any(table, Ip4Address::from(10, 1, 2, 3))->destination, net(1));
  EXPECT_EQ(any(table, Ip4Address::from(10, 2, 2, 3))->destination.length, 0);
}

TEST(RouteTable, UnusableEntriesArePassedOver) {
  RouteTable table;
  ASSERT_TRUE(table.add({{Ip4Address::any(), 0}, kGateway, kIf}).ok());
  ASSERT_TRUE(table.add({net(1), kGateway, InterfaceId{3}}).ok());
  const RouteEntry* found = table.find(Ip4Address::from(10, 1, 2, 3),
                                       [](const RouteEntry& e) { return e.interface == kIf; });
  EXPECT_EQ(found->destination.length, 0);
}

TEST(RouteTable, RefusesNonsenseAndDuplicates) {
  RouteTable table;
  EXPECT_EQ(table.add({{Ip4Address::any(), 33}, kGateway, kIf}).error(), Error::kInvalid);
  EXPECT_EQ(table.add({{IpAddress(), 0}, kGateway, kIf}).error(), Error::kInvalid);
  EXPECT_EQ(table.add({net(1), Ip4Address::from(224, 0, 0, 1), kIf}).error(), Error::kInvalid);
  EXPECT_EQ(table.add({net(1), Ip6Address{}, kIf}).error(), Error::kInvalid);
  ASSERT_TRUE(table.add({net(1), kGateway, kIf}).ok());
  EXPECT_EQ(table.add({net(1), kGateway, kIf}).error(), Error::kAddressInUse);
}

RouteEntry with_metric(uint32_t metric, const IpAddress& gateway) {
  RouteEntry entry{.destination = net(1), .gateway = gateway, .interface = kIf};
  RouteDetails details;
  details.metric = metric;
  entry.set_details(details);
  return entry;
}

TEST(RouteTable, OfRoutesToOneDestinationTheLowerMetricIsTaken) {
  if (!kConfig.route_details) GTEST_SKIP() << "this profile keeps no metric";
  const IpAddress other = Ip4Address::from(10, 0, 0, 2);
  RouteTable table;
  ASSERT_TRUE(table.add(with_metric(20, kGateway)).ok());
  ASSERT_TRUE(table.add(with_metric(10, other)).ok());
  EXPECT_EQ(any(table, Ip4Address::from(10, 1, 2, 3))->gateway, other);
  EXPECT_EQ(table.add(with_metric(10, other)).error(), Error::kAddressInUse);
  EXPECT_TRUE(table.add(with_metric(10, kGateway)).ok()) << "by another gateway";
}

TEST(RouteTable, AnIp6RouteOfWhichNothingIsSaidHasLinuxsMetric) {
  if (!kConfig.route_details) GTEST_SKIP() << "this profile keeps no metric";
  RouteEntry entry;
  entry.destination = {Ip6Address{}, 0};
  EXPECT_EQ(entry.metric(), 1024u);
  entry.destination = net(1);
  EXPECT_EQ(entry.metric(), 0u);
}

TEST(RouteTable, RemovesByPlace) {
  RouteTable table;
  ASSERT_TRUE(table.add({net(1), kGateway, kIf}).ok());
  ASSERT_TRUE(table.add({net(2), kGateway, kIf}).ok());
  EXPECT_TRUE(table.remove_at(0).ok());
  ASSERT_EQ(table.entries().size(), 1u);
  EXPECT_EQ(table.entries()[0].destination, net(2));
  EXPECT_EQ(table.remove_at(1).error(), Error::kNoEntry);
}

TEST(RouteTable, RemovesByDestination) {
  RouteTable table;
  ASSERT_TRUE(table.add({net(1), kGateway, kIf}).ok());
  ASSERT_TRUE(table.add({net(1), kGateway, InterfaceId{3}}).ok());
  EXPECT_TRUE(table.remove(net(1)).ok());
  EXPECT_TRUE(table.entries().empty());
  EXPECT_EQ(table.remove(net(1)).error(), Error::kNoEntry);
}

TEST(RouteTable, LearntRoutesGiveWayWhenItIsFull) {
  RouteTable table;
  ASSERT_TRUE(table.redirect(Ip4Address::from(192, 0, 2, 9), kGateway, kIf).ok());
  for (uint8_t i = 1; i < kConfig.routes; ++i) ASSERT_TRUE(table.add({net(i), kGateway, kIf}).ok());
  EXPECT_TRUE(table.redirect(Ip4Address::from(192, 0, 2, 8), kGateway, kIf).ok());
  EXPECT_EQ(any(table, Ip4Address::from(192, 0, 2, 9)), nullptr);
  EXPECT_NE(any(table, Ip4Address::from(192, 0, 2, 8)), nullptr);
}

TEST(RouteTable, ConfiguredRoutesDoNotGiveWay) {
  RouteTable table;
  for (uint8_t i = 0; i < kConfig.routes; ++i) ASSERT_TRUE(table.add({net(i), kGateway, kIf}).ok());
  EXPECT_EQ(table.add({net(200), kGateway, kIf}).error(), Error::kNoBuffers);
  EXPECT_EQ(table.redirect(Ip4Address::from(192, 0, 2, 1), kGateway, kIf).error(),
            Error::kNoBuffers);
}

TEST(RouteTable, SecondRedirectReplacesTheFirst) {
  RouteTable table;
  const Ip4Address to = Ip4Address::from(192, 0, 2, 1);
  const Ip4Address better = Ip4Address::from(10, 0, 0, 9);
  ASSERT_TRUE(table.redirect(to, kGateway, kIf).ok());
  ASSERT_TRUE(table.redirect(to, better, kIf).ok());
  EXPECT_EQ(table.entries().size(), 1u);
  EXPECT_EQ(any(table, to)->gateway, IpAddress(better));
}

TEST(RouteTable, FlushTakesWhatWasLearntOrAll) {
  RouteTable table;
  ASSERT_TRUE(table.add({net(1), kGateway, kIf}).ok());
  ASSERT_TRUE(table.redirect(Ip4Address::from(192, 0, 2, 1), kGateway, kIf).ok());
  table.flush(kIf, true);
  EXPECT_EQ(table.entries().size(), 1u);
  table.flush(InterfaceId{3}, false);
  EXPECT_EQ(table.entries().size(), 1u);
  table.flush(kIf, false);
  EXPECT_TRUE(table.entries().empty());
}

const Ip4Address kOtherGateway = Ip4Address::from(10, 0, 0, 2);

RouteEntry advertised(const IpAddress& gateway, Instant valid_until,
                      wire::RouterPreference preference = wire::RouterPreference::kMedium) {
  return {.destination = {Ip4Address::any(), 0},
          .gateway = gateway,
          .interface = kIf,
          .origin = RouteOrigin::kRouter,
          .preference = preference,
          .valid_until = valid_until};
}

TEST(RouteTable, RedirectsGiveWayToGivenAndAdvertisedRoutes) {
  RouteTable table;
  for (uint8_t i = 0; i < kConfig.routes; ++i) {
    ASSERT_TRUE(table.redirect(Ip4Address::from(192, 0, 2, i), kGateway, kIf).ok());
  }
  EXPECT_TRUE(table.add({net(1), kGateway, kIf}).ok());
  EXPECT_TRUE(table.advertise(advertised(kGateway, Instant::never()), Instant()).ok());
  EXPECT_EQ(table.entries().size(), kConfig.routes);
}

TEST(RouteTable, GatewayThatIsKnownNotToAnswerIsTakenLast) {
  RouteTable table;
  ASSERT_TRUE(table.add({{Ip4Address::any(), 0}, kOtherGateway, kIf}).ok());
  ASSERT_TRUE(table.add({net(1), kGateway, kIf}).ok());
  const auto reach = [](const RouteEntry& e) {
    return e.gateway == IpAddress(kGateway) ? Reachability::kFailed : Reachability::kUnknown;
  };
  const RouteEntry* found = table.find(
      Ip4Address::from(10, 1, 2, 3), [](const RouteEntry&) { return true; }, reach,
      [](const RouteEntry&) { return 0u; });
  EXPECT_EQ(found->gateway, IpAddress(kOtherGateway));
}

TEST(RouteTable, ShareDecidesBetweenEqualGatewaysThatMayAnswer) {  // RFC 4311 3
  RouteTable table;
  ASSERT_TRUE(table.advertise(advertised(kGateway, Instant::never()), Instant()).ok());
  ASSERT_TRUE(table.advertise(advertised(kOtherGateway, Instant::never()), Instant()).ok());
  const auto always = [](const RouteEntry&) { return true; };
  const auto share = [](const RouteEntry& e) { return e.gateway == kOtherGateway ? 2u : 1u; };
  const auto found_where = [&](Reachability all) {
    return table.find(
        net(1).address, always, [&](const RouteEntry&) { return all; }, share);
  };
  EXPECT_EQ(found_where(Reachability::kReachable)->gateway, IpAddress(kOtherGateway));
  EXPECT_EQ(found_where(Reachability::kFailed)->gateway, IpAddress(kGateway)) << "each has a turn";
}

TEST(RouteTable, PreferenceDecidesBetweenGatewaysThatAreAlike) {  // RFC 4191 3.2
  RouteTable table;
  ASSERT_TRUE(table.advertise(advertised(kGateway, Instant::never()), Instant()).ok());
  ASSERT_TRUE(
      table
          .advertise(advertised(kOtherGateway, Instant::never(), wire::RouterPreference::kHigh),
                     Instant())
          .ok());
  EXPECT_EQ(any(table, net(1).address)->gateway, IpAddress(kOtherGateway));
}

TEST(RouteTable, GatewaysThatFailTakeTurns) {
  RouteTable table;
  ASSERT_TRUE(table.advertise(advertised(kGateway, Instant::never()), Instant()).ok());
  ASSERT_TRUE(table.advertise(advertised(kOtherGateway, Instant::never()), Instant()).ok());
  table.put_last(kIf, kGateway);
  EXPECT_EQ(any(table, net(1).address)->gateway, IpAddress(kOtherGateway));
  table.put_last(kIf, kOtherGateway);
  EXPECT_EQ(any(table, net(1).address)->gateway, IpAddress(kGateway));
}

TEST(RouteTable, AdvertisedRoutesExpire) {
  RouteTable table;
  const Instant end = Instant::from_us(1000);
  ASSERT_TRUE(table.advertise(advertised(kGateway, end), Instant()).ok());
  EXPECT_EQ(table.next_expiry(kIf), end);
  table.expire(end - Duration::us(1));
  EXPECT_EQ(table.entries().size(), 1u);
  table.expire(end);
  EXPECT_TRUE(table.entries().empty());
  EXPECT_TRUE(table.next_expiry(kIf).is_never());
}

TEST(RouteTable, AdvertisedRouteStandsBesideAGivenOne) {
  RouteTable table;
  ASSERT_TRUE(table.advertise(advertised(kGateway, Instant::never()), Instant()).ok());
  ASSERT_TRUE(table.add({{Ip4Address::any(), 0}, kOtherGateway, kIf}).ok());
  EXPECT_EQ(table.entries().size(), 2u);
}

}  // namespace
}  // namespace tapstack::net
