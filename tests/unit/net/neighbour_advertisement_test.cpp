#include "net/neighbour_advertisement.h"

#include "tests/unit/net/nd_test.h"

namespace tapstack::net {
namespace {

class NeighbourAdvertisementTest : public NdTest {
 protected:
  NeighbourAdvertisementTest() { settle(); }
  void make_incomplete() {
    input({}, solicitation(kOurLinkLocal));
    ASSERT_EQ(type_of(sent()), 135u);
  }
};

TEST_F(NeighbourAdvertisementTest, ReleasesWhatWaited) {
  make_incomplete();
  input({}, advertisement(kPeerLinkLocal, kSolicitedFlag | kOverrideFlag,
                          link_layer_option(2, kPeerMac)));
  EXPECT_EQ(type_of(sent()), 136u);  // the answer to the solicitation
  EXPECT_EQ(neighbour(kPeerLinkLocal), NeighbourState::kReachable);
}

TEST_F(NeighbourAdvertisementTest, SolicitedToAGroupIsDropped) {  // RFC 4861 7.1.2
  make_incomplete();
  input({.destination = kAllNodes},
        advertisement(kPeerLinkLocal, kSolicitedFlag, link_layer_option(2, kPeerMac)));
  EXPECT_EQ(drops(DropReason::kNdBadAddress), 1u);
  EXPECT_EQ(neighbour(kPeerLinkLocal), NeighbourState::kIncomplete);
}

TEST_F(NeighbourAdvertisementTest, OfAGroupIsDropped) {
  input({}, advertisement(kAllNodes, kOverrideFlag, link_layer_option(2, kPeerMac)));
  EXPECT_EQ(drops(DropReason::kNdBadAddress), 1u);
}

TEST_F(NeighbourAdvertisementTest, OfOurAddressIsCountedAsAConflict) {
  input({.destination = kAllNodes}, advertisement(kOurLinkLocal, kOverrideFlag));
  EXPECT_EQ(own(kOurLinkLocal)->state, AddressState::kPreferred);
  EXPECT_EQ(drops(DropReason::kNdAddressConflict), 1u);
}

TEST_F(NeighbourAdvertisementTest, RouterThatSaysItIsNoneIsNotRoutedBy) {  // RFC 4861 7.2.5
  input({.destination = kAllNodes}, router_advertisement({}, link_layer_option(1, kPeerMac)));
  ASSERT_TRUE(parts().routes.entries().size() == 1);
  input({.destination = kAllNodes},
        advertisement(kPeerLinkLocal, kOverrideFlag, link_layer_option(2, kPeerMac)));
  EXPECT_TRUE(parts().routes.entries().empty());
}

TEST_F(NeighbourAdvertisementTest, RouterIsNoneEvenIfItsAddressWasUnknown) {  // RFC 4861 7.2.5
  input({.destination = kAllNodes}, router_advertisement({}));
  ASSERT_TRUE(parts().routes.entries().size() == 1);
  ASSERT_EQ(neighbour(kPeerLinkLocal), NeighbourState::kNone);
  const auto way = network_->route(here(kPeerLinkLocal), IpAddress(), InterfaceId{}, ctx_.now);
  ASSERT_TRUE(network_->send(ctx_, packet_of({1}), way.value(), {.protocol = 59}).ok());
  ASSERT_EQ(neighbour(kPeerLinkLocal), NeighbourState::kIncomplete);
  input({}, advertisement(kPeerLinkLocal, kSolicitedFlag, link_layer_option(2, kPeerMac)));
  EXPECT_TRUE(parts().routes.entries().empty());
}

}  // namespace
}  // namespace tapstack::net
