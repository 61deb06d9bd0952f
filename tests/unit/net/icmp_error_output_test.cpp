#include "net/icmp_error_output.h"

#include "tests/unit/net/net_test.h"
#include "wire/icmp4.h"

namespace tapstack::net {
namespace {

class Icmp4ErrorTest : public NetTest {
 protected:
  Icmp4ErrorTest() { learn_peer(); }

  // Has a received packet refused; returns the error that goes out.
  Frame refuse(const Frame& packet, Refusal why = Refusal::kPort, const MacAddress& to = kOurMac) {
    Delivery delivery = input(packet, to);
    EXPECT_TRUE(delivery);
    if (!delivery) return {};
    network_->refuse(ctx_, std::move(delivery.packet), why);
    return sent_packet();
  }
};

TEST_F(Icmp4ErrorTest, QuotesTheHeaderAndWhatFollows) {
  const Frame packet = ip4({}, test::hex("d431 0035 000c 0000 61626364"));
  const Frame error = refuse(packet);
  ASSERT_EQ(error.size(), 20u + 8 + packet.size());
  EXPECT_EQ(error[1], 0xc0) << "RFC 1812 4.3.2.5";
  EXPECT_EQ(get32(error, 12), kOurs.value);
  EXPECT_EQ(get32(error, 16), kPeer.value);
  EXPECT_EQ(tail(error, 20), icmp(3, 3, 0, packet));
  expect_nothing_held();
}

TEST_F(Icmp4ErrorTest, ProtocolUnreachableHasCodeTwo) {
  EXPECT_EQ(get16(refuse(ip4({.protocol = 132}, Frame(12)), Refusal::kProtocol), 20), 0x0302u);
}

TEST_F(Icmp4ErrorTest, MessageHasAtMost576Bytes) {
  const Frame packet = ip4({}, test::pattern(1400));
  const Frame error = refuse(packet);
  ASSERT_EQ(error.size(), 576u);
  EXPECT_EQ(tail(error, 28), head(packet, 548));
  EXPECT_EQ(checksum(tail(error, 20)), 0);
}

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

TEST_F(Icmp4ErrorTest, RateIsLimitedAndRecovers) {
  const Frame packet = ip4({}, Frame(8));
  uint32_t answered = 0;
  for (uint32_t i = 0; i < kConfig.icmp_errors_burst + 5; ++i) {
    answered += refuse(packet).empty() ? 0 : 1;
  }
  EXPECT_EQ(answered, kConfig.icmp_errors_burst);
  EXPECT_EQ(drops(DropReason::kIcmpErrorRateLimited), 5u);
  advance(Duration::s(1));
  EXPECT_FALSE(refuse(packet).empty());
}

TEST_F(Icmp4ErrorTest, RefusalOfOurOwnPacketComesBackAsAFact) {
  ASSERT_TRUE(send(test::hex("0fa0 0035 0008 0000"), kOurs).ok());
  Delivery delivery = loop();
  ASSERT_TRUE(delivery);
  network_->refuse(ctx_, std::move(delivery.packet), Refusal::kPort);
  EXPECT_TRUE(loop()) << "raw sockets see the message";
  IcmpError error;
  ASSERT_TRUE(network_->take_error(ctx_, error));
  EXPECT_EQ(error.error, Error::kConnectionRefused);
  EXPECT_EQ(error.destination, IpAddress(kOurs));
  EXPECT_TRUE(error.is_local);
}

}  // namespace
}  // namespace tapstack::net
