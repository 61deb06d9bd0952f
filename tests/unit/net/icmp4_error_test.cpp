#include "net/icmp4_error.h"

#include "net/icmp_error_output.h"
#include "tests/unit/net/net_test.h"
#include "wire/icmp4.h"

namespace tapstack::net {
namespace {

class Icmp4ErrorTest : public NetTest {
 protected:
  Icmp4ErrorTest() { learn_peer(); }
};

TEST_F(Icmp4ErrorTest, NothingIsSaidAboutBroadcastAndMulticast) {
  EXPECT_TRUE(refuse(ip4({.destination = Ip4Address::from(10, 10, 10, 255)}, Frame(8)),
                     Refusal::kPort, MacAddress::broadcast())
                  .empty());
  EXPECT_TRUE(refuse(ip4({.destination = Ip4Address::from(224, 0, 0, 1)}, Frame(8)), Refusal::kPort,
                     {{0x01, 0x00, 0x5e, 0, 0, 1}})
                  .empty());
  EXPECT_EQ(drops(DropReason::kIcmpErrorForbidden), 2u);
}

TEST_F(Icmp4ErrorTest, NothingIsSaidAboutIcmpErrors) {
  const Frame about = ip4({.source = kOurs, .destination = kFar}, Frame(8));
  for (const unsigned type : {3u, 4u, 5u, 11u, 12u}) {
    EXPECT_TRUE(refuse(ip4({.protocol = 1}, icmp(type, 0, 0, about)), Refusal::kProtocol).empty());
  }
  EXPECT_FALSE(refuse(ip4({.protocol = 1}, icmp(13, 0, 0, Frame(12))), Refusal::kProtocol).empty())
      << "queries are not errors";
}

TEST_F(Icmp4ErrorTest, NothingIsSaidAboutLaterFragments) {
  mem::PacketPtr packet = packet_of(ip4({.fragment = 3}, Frame(16)));
  packet->info.source = kPeer;
  packet->info.destination = kOurs;
  packet->info.interface = ts0_;
  packet->info.ip_header_bytes = 20;
  packet->info.protocol = 17;
  send_icmp_error(ctx_, parts(), *packet, wire::Icmp4Header::time_exceeded(0));
  EXPECT_TRUE(sent().empty());
  EXPECT_EQ(drops(DropReason::kIcmpErrorForbidden), 1u);
}

}  // namespace
}  // namespace tapstack::net
