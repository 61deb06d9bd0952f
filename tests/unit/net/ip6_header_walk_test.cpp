#include "net/ip6_header_walk.h"

#include "tests/unit/net/net6_test.h"

namespace tapstack::net {
namespace {

using Ip6HeaderWalkTest = Net6Test;

TEST_F(Ip6HeaderWalkTest, FindsTheUpperLayerAndTheFieldThatNamesIt) {
  const mem::PacketPtr packet =
      packet_of(ip6({.next_header = 0}, options6(43, {}) + options6(6, {}) + Frame(20)));
  Ip6HeaderWalk walk(ctx_, *packet);
  EXPECT_EQ(walk.next_header(), 0);
  EXPECT_EQ(walk.offset(), 40u);
  EXPECT_EQ(walk.pointer(), 6u);
  ASSERT_TRUE(walk.to_upper_layer());
  EXPECT_EQ(walk.next_header(), 6);
  EXPECT_EQ(walk.offset(), 56u);
  EXPECT_EQ(walk.pointer(), 48u);
}

TEST_F(Ip6HeaderWalkTest, CountsFromTheHeaderAtItsBase) {
  const mem::PacketPtr packet = packet_of(Frame(7) + ip6({.next_header = 60}, options6(17, {})));
  Ip6HeaderWalk walk(ctx_, *packet, 7);
  ASSERT_TRUE(walk.to_upper_layer());
  EXPECT_EQ(walk.next_header(), 17);
  EXPECT_EQ(walk.offset(), 48u);
}

TEST_F(Ip6HeaderWalkTest, LaterFragmentShowsNothing) {
  const mem::PacketPtr first =
      packet_of(ip6({.next_header = 44}, fragment6_header(17, 0, true, 1) + Frame(8)));
  EXPECT_TRUE(Ip6HeaderWalk(ctx_, *first).to_upper_layer());
  const mem::PacketPtr later =
      packet_of(ip6({.next_header = 44}, fragment6_header(17, 8, true, 1) + Frame(8)));
  EXPECT_FALSE(Ip6HeaderWalk(ctx_, *later).to_upper_layer());
}

TEST_F(Ip6HeaderWalkTest, StopsWhereThePacketEnds) {
  const Frame whole = ip6({.next_header = 60}, options6(17, Frame(20)));
  for (const size_t n : {size_t{40}, size_t{47}, size_t{48}, whole.size() - 1}) {
    const mem::PacketPtr packet = packet_of(head(whole, n));
    EXPECT_FALSE(Ip6HeaderWalk(ctx_, *packet).to_upper_layer()) << n;
  }
  const mem::PacketPtr packet = packet_of(head(whole, 39));
  EXPECT_FALSE(Ip6HeaderWalk(ctx_, *packet).is_at_extension()) << "no header to begin with";
}

}  // namespace
}  // namespace tapstack::net
