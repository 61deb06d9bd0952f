#include "link/interface.h"

#include "tests/unit/link/link_test.h"

namespace tapstack::link {
namespace {

Interface with(const Prefix& prefix) {
  Interface interface;
  interface.id = InterfaceId{2};
  interface.address_slots[0].prefix = prefix;
  interface.address_count = 1;
  return interface;
}

TEST(Contains, ComparesThePrefixOnly) {
  const Prefix net{Ip4Address::from(10, 10, 10, 2), 24};
  EXPECT_TRUE(contains(net, Ip4Address::from(10, 10, 10, 255)));
  EXPECT_FALSE(contains(net, Ip4Address::from(10, 10, 11, 2)));
}

TEST(Contains, WorksAtBitsWithinAByte) {
  const Prefix net{Ip4Address::from(192, 168, 1, 64), 26};
  EXPECT_TRUE(contains(net, Ip4Address::from(192, 168, 1, 127)));
  EXPECT_FALSE(contains(net, Ip4Address::from(192, 168, 1, 128)));
}

TEST(Contains, ZeroLengthHoldsAllOfTheFamilyAndNothingElse) {
  const Prefix all{Ip4Address::any(), 0};
  EXPECT_TRUE(contains(all, Ip4Address::from(203, 0, 113, 9)));
  EXPECT_FALSE(contains(all, Ip6Address{}));
  EXPECT_FALSE(contains(all, IpAddress()));
}

TEST(InterfaceBroadcast, KnowsLimitedAndDirectedBroadcast) {
  const Interface interface = with({kOurs, 24});
  EXPECT_TRUE(interface.is_broadcast(Ip4Address::from(255, 255, 255, 255)));
  EXPECT_TRUE(interface.is_broadcast(Ip4Address::from(10, 10, 10, 255)));
  EXPECT_FALSE(interface.is_broadcast(Ip4Address::from(10, 10, 11, 255)));
  EXPECT_FALSE(interface.is_broadcast(kPeer));
}

TEST(InterfaceBroadcast, PointToPointPrefixHasNone) {
  const Interface interface = with({Ip4Address::from(10, 0, 0, 0), 31});
  EXPECT_FALSE(interface.is_broadcast(Ip4Address::from(10, 0, 0, 1)));
}

TEST(InterfaceAddress, LoopbackOwnsAllOf127) {
  const InterfaceTable table;
  EXPECT_TRUE(table.find(kLoopback)->has_address(Ip4Address::from(127, 200, 3, 4)));
  EXPECT_FALSE(table.find(kLoopback)->has_address(kOurs));
}

}  // namespace
}  // namespace tapstack::link
