#include "net/igmp_output.h"

#include "link/ethernet.h"
#include "tests/unit/net/net_test.h"

namespace tapstack::net {
namespace {

const Ip4Address kReportsTo = Ip4Address::from(224, 0, 0, 22);
const Frame kMessage{0x22, 0, 0, 0, 0, 0, 0, 0};

class IgmpOutputTest : public NetTest {
 protected:
  Frame packet() {
    send_igmp(ctx_, parts(), ts0_, {kReportsTo, kMessage});
    return sent_packet(link::group_mac(kReportsTo));
  }
};

TEST_F(IgmpOutputTest, PacketIsThisToTheByte) {  // RFC 3376 4
  Frame message = kMessage;
  set16(message, 2, checksum(message));
  EXPECT_EQ(packet(), ip4({.source = kOurs,
                           .destination = kReportsTo,
                           .protocol = 2,
                           .id = 0,
                           .fragment = kDf,
                           .ttl = 1,
                           .tos = 0xc0,
                           .options = {148, 4, 0, 0}},
                          message));
}

TEST_F(IgmpOutputTest, InterfaceWithoutAddressSendsFromNone) {  // RFC 3376 4.2.13
  ASSERT_TRUE(remove_address(ctx_, *network_, ts0_, kOurs).ok());
  EXPECT_EQ(get32(packet(), 12), 0u);
}

}  // namespace
}  // namespace tapstack::net
