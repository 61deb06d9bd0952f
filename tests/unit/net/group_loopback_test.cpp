#include "net/group_loopback.h"

#include "tests/unit/net/net_test.h"

namespace tapstack::net {
namespace {

const Ip4Address kGroup = Ip4Address::from(239, 1, 2, 3);

class GroupLoopbackTest : public NetTest {
 protected:
  void join() { ASSERT_TRUE(parts().groups.join({ts0_, kGroup}).ok()); }
};

// RFC 1112 6.1.
TEST_F(GroupLoopbackTest, MemberGetsOurOwnPacketAsIfItHadComeIn) {
  join();
  ASSERT_TRUE(send(Frame(8), kGroup).ok());
  EXPECT_NE(sent(), Frame()) << "it leaves, too";
  const Delivery delivery = loop();
  ASSERT_TRUE(delivery);
  EXPECT_EQ(delivery.packet->info.interface, ts0_);
  EXPECT_EQ(delivery.packet->info.destination, IpAddress(kGroup));
  EXPECT_EQ(delivery.packet->info.source, IpAddress(kOurs));
}

TEST_F(GroupLoopbackTest, NobodyIsAMemberNothingComesBack) {
  ASSERT_TRUE(send(Frame(8), kGroup).ok());
  EXPECT_FALSE(loop());
}

TEST_F(GroupLoopbackTest, SenderMayWantNoCopies) {
  join();
  ASSERT_TRUE(send(Frame(8), kGroup, {.loop_to_members = false}).ok());
  EXPECT_FALSE(loop());
}

TEST_F(GroupLoopbackTest, HopLimitOfZeroStaysOnThisHost) {
  join();
  ASSERT_TRUE(send(Frame(8), kGroup, {.stay_on_host = true}).ok());
  EXPECT_EQ(sent(), Frame());
  EXPECT_TRUE(loop());
}

TEST_F(GroupLoopbackTest, BroadcastIsHeardHereToo) {
  ASSERT_TRUE(send(Frame(8), Ip4Address::limited_broadcast()).ok());
  const Delivery delivery = loop();
  ASSERT_TRUE(delivery);
  EXPECT_TRUE(delivery.packet->info.ip_broadcast);
}

// Only what this host looped back itself may carry its address.
TEST_F(GroupLoopbackTest, OurAddressFromTheWireIsStillRefused) {
  join();
  EXPECT_FALSE(input(ip4({.source = kOurs, .destination = kGroup}, Frame(8)),
                     MacAddress{{1, 0, 0x5e, 1, 2, 3}}));
}

}  // namespace
}  // namespace tapstack::net
