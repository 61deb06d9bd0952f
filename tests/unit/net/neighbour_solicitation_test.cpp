#include "net/neighbour_solicitation.h"

#include "tests/unit/net/nd_test.h"

namespace tapstack::net {
namespace {

class NeighbourSolicitationTest : public NdTest {
 protected:
  NeighbourSolicitationTest() { settle(); }
  NdHeaders to_group() const { return {.destination = Ip6Address::solicited_node(kOurLinkLocal)}; }
};

TEST_F(NeighbourSolicitationTest, IsAnsweredToWhoAsked) {  // RFC 4861 7.2.4
  input(to_group(), solicitation(kOurLinkLocal, link_layer_option(1, kPeerMac)));
  const Frame f = sent();
  ASSERT_EQ(type_of(f), 136u);
  EXPECT_EQ(head(f, 6), test::hex("020000000001"));
  EXPECT_EQ(source_of(f), kOurLinkLocal);
  EXPECT_EQ(destination_of(f), kPeerLinkLocal);
  EXPECT_EQ(target_of(f), kOurLinkLocal);
  EXPECT_EQ(f.at(58), kSolicitedFlag | kOverrideFlag);
  EXPECT_EQ(tail(f, 78), test::hex("0201 020000000002"));
  EXPECT_TRUE(is_checksum_good(f));
}

TEST_F(NeighbourSolicitationTest, AsksBackWhereTheSenderDoesNotSayItsAddress) {
  input({}, solicitation(kOurLinkLocal));
  const Frame f = sent();
  ASSERT_EQ(type_of(f), 135u);
  EXPECT_EQ(target_of(f), kPeerLinkLocal);
  EXPECT_EQ(destination_of(f), Ip6Address::solicited_node(kPeerLinkLocal));
  EXPECT_EQ(neighbour(kPeerLinkLocal), NeighbourState::kIncomplete);
}

TEST_F(NeighbourSolicitationTest, ForAnotherHostIsIgnored) {
  input({.destination = kAllNodes}, solicitation(kOtherLinkLocal, link_layer_option(1, kPeerMac)));
  EXPECT_TRUE(sent().empty());
  EXPECT_EQ(neighbour(kPeerLinkLocal), NeighbourState::kNone);
}

TEST_F(NeighbourSolicitationTest, WithAMulticastTargetIsDropped) {  // RFC 4861 7.1.1
  input({}, solicitation(kAllNodes, link_layer_option(1, kPeerMac)));
  EXPECT_EQ(drops(DropReason::kNdBadAddress), 1u);
}

TEST_F(NeighbourSolicitationTest, ProbeToAUnicastAddressIsDropped) {  // RFC 4861 7.1.1
  input({.source = Ip6Address::any()}, solicitation(kOurLinkLocal));
  EXPECT_EQ(drops(DropReason::kNdBadAddress), 1u);
  EXPECT_TRUE(sent().empty());
}

TEST_F(NeighbourSolicitationTest, ProbeWithASourceAddressOptionIsDropped) {  // RFC 4861 7.1.1
  NdHeaders h = to_group();
  h.source = Ip6Address::any();
  input(h, solicitation(kOurLinkLocal, link_layer_option(1, kPeerMac)));
  EXPECT_EQ(drops(DropReason::kNdBadAddress), 1u);
  EXPECT_TRUE(sent().empty());
}

}  // namespace
}  // namespace tapstack::net
