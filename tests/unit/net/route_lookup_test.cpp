#include "net/route_lookup.h"

#include "tests/unit/net/net6_test.h"

namespace tapstack::net {
namespace {

class RouteLookupTest : public NetTest {
 protected:
  Result<Route> to(const IpAddress& destination, const IpAddress& source = {},
                   InterfaceId bound = {}) {
    return network_->route(destination, source, bound, ctx_.now);
  }
  InterfaceId add_second() {
    const InterfaceId id = add_interface(ctx_, *network_, link::device_settings("ts1")).value();
    EXPECT_TRUE(add_address(ctx_, *network_, id, {kSecond, 16}).ok());
    return id;
  }
  const Ip4Address kSecond = Ip4Address::from(172, 16, 0, 2);
};

TEST_F(RouteLookupTest, NeighbourIsReachedDirectly) {
  const auto route = to(kPeer);
  ASSERT_TRUE(route.ok());
  EXPECT_EQ(route->interface, ts0_);
  EXPECT_EQ(route->destination, IpAddress(kPeer));
  EXPECT_EQ(route->next_hop, IpAddress(kPeer));
  EXPECT_EQ(route->source, IpAddress(kOurs));
  EXPECT_EQ(route->mtu_bytes, 1500u);
  EXPECT_FALSE(route->is_local || route->is_broadcast || route->is_multicast);
}

TEST_F(RouteLookupTest, FarAwayGoesByTheGateway) {
  const auto route = to(kFar);
  EXPECT_EQ(route->next_hop, IpAddress(kPeer));
  EXPECT_EQ(route->source, IpAddress(kOurs));
}

TEST_F(RouteLookupTest, WithoutADefaultRouteTheNetworkIsUnreachable) {
  ASSERT_TRUE(remove_route(*network_, {Ip4Address::any(), 0}).ok());
  EXPECT_EQ(to(kFar).error(), Error::kNetworkUnreachable);
  EXPECT_EQ(to(IpAddress()).error(), Error::kNetworkUnreachable);
  EXPECT_EQ(to(Ip4Address::any()).error(), Error::kNetworkUnreachable);
}

TEST_F(RouteLookupTest, ARouteMaySayThatThereIsNone) {
  if (!kConfig.route_details) GTEST_SKIP() << "this profile keeps no kinds";
  const std::pair<RouteKind, Error> kinds[] = {{RouteKind::kBlackhole, Error::kInvalid},
                                               {RouteKind::kUnreachable, Error::kHostUnreachable},
                                               {RouteKind::kProhibit, Error::kAccess}};
  for (const auto& [kind, error] : kinds) {
    RouteEntry entry;
    entry.destination = {kFar, 32};
    RouteDetails details;
    details.kind = kind;
    entry.set_details(details);
    ASSERT_TRUE(configure_route(*network_, entry, false).ok());
    EXPECT_EQ(network_->route(kFar, IpAddress(), InterfaceId{}, ctx_.now).error(), error);
    ASSERT_TRUE(remove_route(*network_, entry.destination).ok());
  }
}

TEST_F(RouteLookupTest, ARouteMaySayWhichSourceAndHowLong) {
  if (!kConfig.route_details) GTEST_SKIP() << "this profile keeps neither";
  const Ip4Address second = Ip4Address::from(10, 10, 10, 3);
  ASSERT_TRUE(add_address(ctx_, *network_, ts0_, {second, 24}).ok());
  RouteEntry entry{.destination = {kFar, 32}, .gateway = kPeer, .interface = ts0_};
  RouteDetails details;
  details.source = second;
  details.mtu_bytes = 1'300;
  entry.set_details(details);
  ASSERT_TRUE(configure_route(*network_, entry, false).ok());
  const Result<Route> route = network_->route(kFar, IpAddress(), InterfaceId{}, ctx_.now);
  ASSERT_TRUE(route.ok());
  EXPECT_EQ(route->source, IpAddress(second));
  EXPECT_EQ(route->mtu_bytes, 1'300u);
  ASSERT_TRUE(remove_address(ctx_, *network_, ts0_, second).ok());
  EXPECT_EQ(network_->route(kFar, IpAddress(), InterfaceId{}, ctx_.now)->source, IpAddress(kOurs))
      << "it is ours no more";
}

TEST_F(RouteLookupTest, AGatewayThatNoPrefixHasIsTakenIfItIsSaidToBeANeighbour) {
  const Ip4Address gateway = Ip4Address::from(192, 0, 2, 77);
  const RouteEntry entry{.destination = {kFar, 32}, .gateway = gateway, .interface = ts0_};
  EXPECT_EQ(configure_route(*network_, entry, false).error(), Error::kNetworkUnreachable);
  ASSERT_TRUE(configure_route(*network_, entry, true).ok());
  EXPECT_EQ(network_->route(kFar, IpAddress(), InterfaceId{}, ctx_.now)->next_hop,
            IpAddress(gateway));
}

TEST_F(RouteLookupTest, OwnAddressesGoOverLoopback) {
  const auto route = to(kOurs);
  EXPECT_EQ(route->interface, link::kLoopback);
  EXPECT_EQ(route->source, IpAddress(kOurs));
  EXPECT_TRUE(route->is_local);
  EXPECT_EQ(route->mtu_bytes, kConfig.loopback_mtu_bytes);
  const Ip4Address other_loopback = Ip4Address::from(127, 0, 0, 53);
  EXPECT_EQ(to(other_loopback)->source, IpAddress(Ip4Address::loopback()));
}

TEST_F(RouteLookupTest, SourceMustBeOurs) {
  EXPECT_EQ(to(kPeer, kAbsent).error(), Error::kAddressNotAvailable);
  EXPECT_EQ(to(kPeer, kOurs)->source, IpAddress(kOurs));
}

TEST_F(RouteLookupTest, LoopbackSourceDoesNotLeave) {
  EXPECT_EQ(to(kPeer, Ip4Address::loopback()).error(), Error::kInvalid);
  EXPECT_TRUE(to(kOurs, Ip4Address::loopback()).ok());
}

TEST_F(RouteLookupTest, PacketsLeaveByTheInterfaceOfTheirSource) {
  add_second();
  EXPECT_EQ(to(kPeer, kSecond).error(), Error::kNetworkUnreachable) << "strong host model";
  EXPECT_EQ(to(Ip4Address::from(172, 16, 3, 3), kSecond)->source, IpAddress(kSecond));
}

TEST_F(RouteLookupTest, LongestPrefixWins) {
  const InterfaceId second = add_second();
  const Ip4Address gateway = Ip4Address::from(172, 16, 0, 1);
  ASSERT_TRUE(add_route(*network_, {Ip4Address::from(203, 0, 113, 0), 24}, gateway, {}).ok());
  EXPECT_EQ(to(kFar)->interface, second);
  EXPECT_EQ(to(kFar)->next_hop, IpAddress(gateway));
  EXPECT_EQ(to(Ip4Address::from(198, 51, 100, 1))->interface, ts0_);
}

TEST_F(RouteLookupTest, OnLinkRouteNeedsNoGateway) {
  const InterfaceId second = add_second();
  ASSERT_TRUE(add_route(*network_, {Ip4Address::from(203, 0, 113, 0), 24}, {}, second).ok());
  EXPECT_EQ(to(kFar)->next_hop, IpAddress(kFar));
}

TEST_F(RouteLookupTest, BindingToAnInterfaceDecides) {
  const InterfaceId second = add_second();
  EXPECT_EQ(to(kFar, {}, second)->next_hop, IpAddress(kFar)) << "taken to be on link";
  EXPECT_EQ(to(kFar, {}, ts0_)->next_hop, IpAddress(kPeer));
  EXPECT_EQ(to(kFar, {}, InterfaceId{9}).error(), Error::kNoDevice);
  EXPECT_EQ(to(kFar, {}, link::kLoopback).error(), Error::kNetworkUnreachable);
}

TEST_F(RouteLookupTest, BroadcastIsMarked) {
  EXPECT_TRUE(to(Ip4Address::from(10, 10, 10, 255))->is_broadcast);
  const auto limited = to(Ip4Address::limited_broadcast());
  EXPECT_TRUE(limited->is_broadcast);
  EXPECT_EQ(limited->interface, ts0_);
  EXPECT_EQ(limited->next_hop, IpAddress(Ip4Address::limited_broadcast()));
}

TEST_F(RouteLookupTest, LimitedBroadcastWorksWithoutAnyRoute) {
  ASSERT_TRUE(remove_route(*network_, {Ip4Address::any(), 0}).ok());
  EXPECT_EQ(to(Ip4Address::limited_broadcast())->interface, ts0_);
}

TEST_F(RouteLookupTest, MulticastIsMarked) {
  const auto route = to(Ip4Address::from(239, 0, 0, 1));
  EXPECT_TRUE(route->is_multicast);
  EXPECT_EQ(route->interface, ts0_);
}

TEST_F(RouteLookupTest, InterfaceThatIsDownIsNoWayOut) {
  link::InterfaceSettings settings = link::device_settings();
  settings.is_up = false;
  ASSERT_TRUE(change_interface(ctx_, *network_, ts0_, settings).ok());
  EXPECT_EQ(to(kPeer).error(), Error::kNetworkUnreachable);
  EXPECT_EQ(to(kPeer, {}, ts0_).error(), Error::kNetworkDown);
  EXPECT_EQ(to(kPeer, kOurs).error(), Error::kAddressNotAvailable);
}

TEST_F(RouteLookupTest, InterfaceWithoutAddressGivesNoSource) {
  const InterfaceId bare = add_interface(ctx_, *network_, link::device_settings("ts1")).value();
  EXPECT_EQ(to(kFar, {}, bare).error(), Error::kAddressNotAvailable);
}

class RouteLookup6Test : public Net6Test {
 protected:
  Result<Route> to(const IpAddress& destination, const IpAddress& source = {},
                   InterfaceId bound = {}) {
    return find_route(parts(), {destination, source, bound}, ctx_.now);
  }
};

// RFC 4007 6.
TEST_F(RouteLookup6Test, LinkLocalDestinationGoesOutOnItsOwnLink) {
  const auto route = to(IpAddress(kPeerLink6, ts0_));
  ASSERT_TRUE(route.ok());
  EXPECT_EQ(route->interface, ts0_);
  EXPECT_EQ(route->next_hop, IpAddress(kPeerLink6, ts0_));
  EXPECT_EQ(route->source, IpAddress(kOurLink6, ts0_));
}

TEST_F(RouteLookup6Test, ZoneIsThatOfTheBoundInterfaceWhereNoneIsGiven) {
  const auto route = to(kPeerLink6, kOurLink6, ts0_);
  ASSERT_TRUE(route.ok());
  EXPECT_EQ(route->destination, IpAddress(kPeerLink6, ts0_));
  EXPECT_EQ(route->source, IpAddress(kOurLink6, ts0_));
}

TEST_F(RouteLookup6Test, LinkLocalDestinationWithoutOrWithTwoZonesIsInvalid) {
  EXPECT_EQ(to(kPeerLink6).error(), Error::kInvalid);
  EXPECT_EQ(to(IpAddress(kPeerLink6, ts0_), {}, link::kLoopback).error(), Error::kInvalid);
}

TEST_F(RouteLookup6Test, GroupOfTheLinkGetsTheZoneOfTheInterfaceThatIsChosen) {
  const auto route = to(Ip6Address::all_nodes());
  ASSERT_TRUE(route.ok());
  EXPECT_EQ(route->destination, IpAddress(Ip6Address::all_nodes(), ts0_));
  EXPECT_EQ(route->source, IpAddress(kOurLink6, ts0_));
  EXPECT_TRUE(route->is_multicast);
}

// RFC 5942 4.
TEST_F(RouteLookup6Test, NothingIsAssumedToBeOnLinkForBeingBoundToIt) {
  ASSERT_TRUE(remove_route(*network_, {Ip6Address::any(), 0}).ok());
  EXPECT_EQ(to(kFar6, {}, ts0_).error(), Error::kNetworkUnreachable);
}

TEST_F(RouteLookup6Test, OurOwnAddressIsReachedOverLoopback) {
  for (const IpAddress& own :
       {IpAddress(kOurs6), IpAddress(kOurLink6, ts0_), IpAddress(Ip6Address::loopback())}) {
    const auto route = to(own);
    ASSERT_TRUE(route.ok());
    EXPECT_TRUE(route->is_local);
    EXPECT_EQ(route->interface, link::kLoopback);
    EXPECT_EQ(route->source, own);
  }
}

}  // namespace
}  // namespace tapstack::net
