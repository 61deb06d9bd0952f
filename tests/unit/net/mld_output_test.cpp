#include "net/mld_output.h"

#include "tests/unit/net/net_test.h"

namespace tapstack::net {
namespace {

class MldOutputTest : public NetTest {};

// RFC 3810 5, 5.2.13: Hop Limit 1, Router Alert, and no source before there is one.
TEST_F(MldOutputTest, PacketIsThisToTheByte) {
  const Frame message{143, 0, 0, 0, 0, 0, 0, 0};
  send_mld(ctx_, parts(), ts0_, {Ip6Address::from(0xff02, 0, 0, 0, 0, 0, 0, 0x16), message});
  Frame expected{0x33, 0x33, 0, 0, 0, 0x16};
  put(expected, kOurMac);
  put(expected, Frame{0x86, 0xdd, 0x60, 0, 0, 0, 0, 16, 0, 1});
  put(expected, Frame(16));
  put(expected, Frame{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x16});
  put(expected, Frame{58, 0, 5, 2, 0, 0, 1, 0});
  put(expected, Frame{143, 0, 0x71, 0xa4, 0, 0, 0, 0});
  EXPECT_EQ(sent(), expected);
}

}  // namespace
}  // namespace tapstack::net
