#include "net/router_advertisement.h"

#include "tests/unit/net/nd_test.h"

namespace tapstack::net {
namespace {

const Ip6Address kElsewhere6 = Ip6Address::from(0x2001, 0xdb8, 0xffff, 0, 0, 0, 0, 9);
const NdHeaders kToAll{.destination = kAllNodes};
const NdHeaders kOtherToAll{.source = kOtherLinkLocal, .destination = kAllNodes, .mac = kOtherMac};

class RouterAdvertisementTest : public NdTest {
 protected:
  RouterAdvertisementTest() { settle(); }

  void advertise(const Router& r, const Frame& options = {}) {
    input(kToAll, router_advertisement(r, options));
  }
  // Has two routers, and knows the link-layer addresses of both.
  void have_two_routers(unsigned flags_of_second = 0) {
    advertise({}, [] {
      Frame options = link_layer_option(1, kPeerMac);
      put(options, prefix_option({}));
      return options;
    }());
    input(kOtherToAll,
          router_advertisement({.flags = flags_of_second}, link_layer_option(1, kOtherMac)));
    run(Duration::s(3));
  }
  IpAddress next_hop() {
    const auto found = route(kElsewhere6);
    return found.ok() ? found->next_hop : IpAddress();
  }
};

Frame route_option(unsigned preference_bits, uint32_t lifetime_s) {
  Frame f = test::hex("1802 30");
  f.push_back(static_cast<uint8_t>(preference_bits << 3));
  put32(f, lifetime_s);
  put(f, test::hex("20010db8ffff0000"));
  return f;
}

TEST_F(RouterAdvertisementTest, MakesItsSenderADefaultRouter) {  // RFC 4861 6.3.4
  advertise({}, prefix_option({}));
  run(Duration::s(3));
  EXPECT_EQ(next_hop(), here(kPeerLinkLocal));
}

TEST_F(RouterAdvertisementTest, LifetimeOfZeroEndsIt) {
  advertise({}, prefix_option({}));
  run(Duration::s(3));
  advertise({.lifetime_s = 0});
  EXPECT_FALSE(route(kElsewhere6).ok());
}

TEST_F(RouterAdvertisementTest, RouterIsForgottenWhenItsLifetimeEnds) {  // RFC 4861 6.3.5
  advertise({.lifetime_s = 30}, prefix_option({}));
  run(Duration::s(29));
  EXPECT_TRUE(route(kElsewhere6).ok());
  run(Duration::s(1));
  EXPECT_FALSE(route(kElsewhere6).ok());
}

TEST_F(RouterAdvertisementTest, FromAnAddressThatIsNotLinkLocalIsDropped) {  // RFC 4861 6.1.2
  input({.source = kElsewhere6, .destination = kAllNodes}, router_advertisement({}));
  EXPECT_TRUE(parts().routes.entries().empty());
  EXPECT_EQ(drops(DropReason::kNdBadAddress), 1u);
}

TEST_F(RouterAdvertisementTest, PreferredRouterIsTaken) {  // RFC 4191 3.2
  constexpr unsigned kHighPreference = 0x08;
  have_two_routers(kHighPreference);
  EXPECT_EQ(next_hop(), here(kOtherLinkLocal));
}

TEST_F(RouterAdvertisementTest, RouterThatDoesNotAnswerGivesWayToOneThatDoes) {  // RFC 4861 6.3.6
  have_two_routers();
  ASSERT_EQ(next_hop(), here(kPeerLinkLocal));
  parts().neighbours.lookup(ctx_, ts0_, here(kPeerLinkLocal));  // used: probed, no answer
  run(Duration::s(8));
  EXPECT_EQ(neighbour(kPeerLinkLocal), NeighbourState::kFailed);
  EXPECT_EQ(next_hop(), here(kOtherLinkLocal));
}

TEST_F(RouterAdvertisementTest, UnknownRouterIsAskedForBeforeOneThatFailed) {
  advertise({}, prefix_option({}));
  run(Duration::s(3));
  EXPECT_EQ(next_hop(), here(kPeerLinkLocal));
  EXPECT_EQ(neighbour(kPeerLinkLocal), NeighbourState::kNone);
}

TEST_F(RouterAdvertisementTest, RouteInformationIsMoreSpecificThanADefaultRouter) {  // RFC 4191
  have_two_routers();
  input(kOtherToAll, router_advertisement({}, route_option(0, 600)));
  EXPECT_EQ(next_hop(), here(kOtherLinkLocal));
  run(Duration::s(601));
  EXPECT_EQ(next_hop(), here(kPeerLinkLocal));
}

TEST_F(RouterAdvertisementTest, RouteInformationOfReservedPreferenceIsIgnored) {  // RFC 4191 2.3
  have_two_routers();
  input(kOtherToAll, router_advertisement({}, route_option(2, 600)));
  EXPECT_EQ(next_hop(), here(kPeerLinkLocal));
}

TEST_F(RouterAdvertisementTest, PrefixIsOnTheLink) {
  advertise({}, prefix_option({}));
  run(Duration::s(3));
  const Ip6Address neighbour = Ip6Address::from(0x2001, 0xdb8, 1, 0, 0, 0, 0, 0x77);
  ASSERT_TRUE(route(neighbour).ok());
  EXPECT_EQ(route(neighbour)->next_hop, IpAddress(neighbour));
}

TEST_F(RouterAdvertisementTest, PrefixWithoutItsFlagSaysNothingAboutTheLink) {  // RFC 4861 6.3.4
  advertise({}, prefix_option({}));
  advertise({}, prefix_option({.flags = kAutonomous}));
  run(Duration::s(3));
  const Ip6Address neighbour = Ip6Address::from(0x2001, 0xdb8, 1, 0, 0, 0, 0, 0x77);
  EXPECT_EQ(route(neighbour)->next_hop, IpAddress(neighbour));
}

TEST_F(RouterAdvertisementTest, ParametersAreKeptAndZeroMeansUnspecified) {
  advertise({.hop_limit = 33, .flags = 0x80, .retrans_ms = 2'000});
  advertise({.hop_limit = 0, .flags = 0x40});
  const Ip6Link& link = parts().links.at(ts0_);
  EXPECT_EQ(link.hop_limit, 33);
  EXPECT_EQ(link.retrans, Duration::s(2));
  EXPECT_FALSE(link.is_managed);
  EXPECT_TRUE(link.has_other_configuration);
}

TEST_F(RouterAdvertisementTest, ReachableTimeIsWithinHalfOfWhatIsAdvertised) {
  advertise({.reachable_ms = 60'000});
  EXPECT_GE(parts().links.at(ts0_).reachable, Duration::s(30));
  EXPECT_LE(parts().links.at(ts0_).reachable, Duration::s(90));
}

TEST_F(RouterAdvertisementTest, MtuOfTheLinkIsThatOfPackets) {
  Frame options = prefix_option({});
  put(options, test::hex("0501 0000 00000578"));  // 1400
  advertise({}, options);
  run(Duration::s(3));
  EXPECT_EQ(route(kElsewhere6)->mtu_bytes, 1400u);
}

TEST_F(RouterAdvertisementTest, RetransmissionIntervalIsKeptWithinBounds) {
  advertise({.retrans_ms = 1});
  EXPECT_EQ(parts().links.at(ts0_).retrans, Duration::ms(10));
  advertise({.retrans_ms = 0xffffffff});
  EXPECT_EQ(parts().links.at(ts0_).retrans, Duration::s(60));
}

TEST_F(RouterAdvertisementTest, MtuOutOfRangeIsIgnored) {
  advertise({}, test::hex("0501 0000 000004ff"));  // 1279
  advertise({}, test::hex("0501 0000 000005dd"));  // 1501
  EXPECT_EQ(parts().links.at(ts0_).mtu_bytes, 0u);
}

TEST_F(RouterAdvertisementTest, SourceLinkLayerAddressIsEnteredAsStale) {
  advertise({}, link_layer_option(1, kPeerMac));
  EXPECT_EQ(neighbour(kPeerLinkLocal), NeighbourState::kStale);
}

TEST_F(RouterAdvertisementTest, DnsServersAndDomainsAreKept) {  // RFC 8106 5.1 and 5.2
  advertise({}, test::hex("1903 0000 00000258 20010db8000000000000000000000053"
                          "1f03 0000 00000258 016101620003636f6d00000000000000"));
  ASSERT_NE(parts().dns.server(0, ctx_.now), nullptr);
  EXPECT_EQ(*parts().dns.server(0, ctx_.now),
            IpAddress(Ip6Address::from(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x53)));
  ASSERT_NE(parts().dns.domain(1, ctx_.now), nullptr);
  EXPECT_EQ(parts().dns.domain(0, ctx_.now)->size, 5);  // a.b
  EXPECT_EQ(parts().dns.domain(1, ctx_.now)->size, 5);  // com
  EXPECT_EQ(parts().dns.domain(2, ctx_.now), nullptr);
}

TEST_F(RouterAdvertisementTest, EndsTheSearchForRouters) {  // RFC 4861 6.3.7
  advertise({});
  run(Duration::s(100));
  EXPECT_TRUE(sent().empty());
}

TEST_F(RouterAdvertisementTest, OfNoDefaultRouterDoesNotEndTheSearch) {  // RFC 7559 2
  advertise({.lifetime_s = 0});
  run(Duration::s(100));
  EXPECT_EQ(type_of(sent()), 133u);
}

TEST_F(RouterAdvertisementTest, RoutersFillHalfOfTheTableAtMost) {
  for (uint16_t i = 0; i < 2 * kConfig.routes; ++i) {
    advertise({}, prefix_option({.prefix = Ip6Address::from(0x2001, 0xdb8, i, 0, 0, 0, 0, 0),
                                 .flags = kOnLink}));
  }
  EXPECT_EQ(parts().routes.entries().size(), kConfig.routes / 2);
}

class ByHand : public NdTest {
 protected:
  ByHand() : NdTest({.mode = Ip6Mode::kManual}) {}
};

TEST_F(ByHand, RoutersAreNotListenedTo) {
  EXPECT_TRUE(add_address(ctx_, *network_, ts0_, {kElsewhere6, 64}).ok());
  settle();
  input(kToAll, router_advertisement({}, prefix_option({})));
  EXPECT_TRUE(parts().routes.entries().empty());
}

TEST_F(ByHand, FirstAddressBringsALinkLocalOne) {  // RFC 4291 2.1
  run(Duration::s(10));
  EXPECT_TRUE(sent().empty());
  EXPECT_TRUE(add_address(ctx_, *network_, ts0_, {kElsewhere6, 64}).ok());
  EXPECT_NE(own(kOurLinkLocal), nullptr);
}

}  // namespace
}  // namespace tapstack::net
