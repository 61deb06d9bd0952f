#include "net/redirect6.h"

#include "tests/unit/net/nd_test.h"

namespace tapstack::net {
namespace {

const Ip6Address kFar6 = Ip6Address::from(0x2001, 0xdb8, 0xffff, 0, 0, 0, 0, 9);

class Redirect6Test : public NdTest {
 protected:
  Redirect6Test() {
    settle();
    Frame options = link_layer_option(1, kPeerMac);
    put(options, prefix_option({}));
    input({.destination = kAllNodes}, router_advertisement({}, options));
    run(Duration::s(3));
  }

  static Frame redirect(const Ip6Address& target, const Ip6Address& destination,
                        const Frame& options = {}) {
    Frame f = test::hex("89 00 0000 00000000");
    put(f, target);
    put(f, destination);
    put(f, options);
    return f;
  }
  IpAddress next_hop() { return route(kFar6)->next_hop; }
};

TEST_F(Redirect6Test, ToABetterRouterIsFollowed) {  // RFC 4861 8.3
  input({}, redirect(kOtherLinkLocal, kFar6, link_layer_option(2, kOtherMac)));
  EXPECT_EQ(next_hop(), here(kOtherLinkLocal));
  EXPECT_EQ(neighbour(kOtherLinkLocal), NeighbourState::kStale);
}

TEST_F(Redirect6Test, ToTheDestinationItselfPutsItOnTheLink) {
  input({}, redirect(kFar6, kFar6, link_layer_option(2, kOtherMac)));
  EXPECT_EQ(next_hop(), IpAddress(kFar6));
}

TEST_F(Redirect6Test, FromAnotherThanTheFirstHopIsDropped) {  // RFC 4861 8.1
  input({.source = kOtherLinkLocal}, redirect(kFar6, kFar6));
  EXPECT_EQ(next_hop(), here(kPeerLinkLocal));
  EXPECT_EQ(drops(DropReason::kNdBadAddress), 1u);
}

TEST_F(Redirect6Test, ToATargetThatIsNeitherLinkLocalNorTheDestinationIsDropped) {  // RFC 4861 8.1
  input({}, redirect(Ip6Address::from(0x2001, 0xdb8, 1, 0, 0, 0, 0, 5), kFar6));
  EXPECT_EQ(next_hop(), here(kPeerLinkLocal));
}

TEST_F(Redirect6Test, OfAGroupIsDropped) {  // RFC 4861 8.1
  input({}, redirect(kOtherLinkLocal, kAllNodes));
  EXPECT_EQ(drops(DropReason::kNdBadAddress), 1u);
}

TEST_F(Redirect6Test, TargetThatDoesNotAnswerIsLeftAgain) {  // RFC 4861 7.3.3
  input({}, redirect(kOtherLinkLocal, kFar6, link_layer_option(2, kOtherMac)));
  parts().neighbours.lookup(ctx_, ts0_, here(kOtherLinkLocal));
  run(Duration::s(20));
  EXPECT_EQ(next_hop(), here(kPeerLinkLocal));
}

TEST_F(Redirect6Test, TargetThatCeasesToRouteIsLeftAgain) {  // RFC 4861 7.2.5
  input({}, redirect(kOtherLinkLocal, kFar6, link_layer_option(2, kOtherMac)));
  input({.source = kOtherLinkLocal, .destination = kAllNodes, .mac = kOtherMac},
        advertisement(kOtherLinkLocal, kOverrideFlag));
  EXPECT_EQ(next_hop(), here(kPeerLinkLocal));
}

}  // namespace
}  // namespace tapstack::net
