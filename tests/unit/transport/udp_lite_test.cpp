// UDP-Lite (RFC 3828), which shares udp.cpp with UDP.
#include "tests/unit/transport/udp_test.h"

namespace tapstack::transport {
namespace {

class UdpLiteTest : public UdpTest {
 protected:
  static constexpr uint8_t kProtocol = 136;

  EndpointId open_lite() { return *udp_->open(Family::kIp4, kProtocol, owners_++); }
  EndpointId bound_lite(uint16_t port) {
    const EndpointId id = open_lite();
    EXPECT_TRUE(udp_->bind(ctx_, *network_, id, {Ip4Address::any(), Port{port}}).ok());
    return id;
  }
  // What was sent comes back from the peer, ports and addresses exchanged: the checksum stays.
  void return_sent() {
    const Frame packet = sent_packet();
    ASSERT_GE(packet.size(), 28u);
    Frame segment(packet.begin() + 20, packet.end());
    std::swap_ranges(segment.begin(), segment.begin() + 2, segment.begin() + 2);
    arrive(segment, {.protocol = kProtocol});
  }
};

TEST_F(UdpLiteTest, ItsPortsAreNotUdps) {
  const EndpointId plain = bound(5000);
  const EndpointId lite = bound_lite(5000);
  EXPECT_EQ(udp_->bind(ctx_, *network_, open_lite(), {kOurs, Port{5000}}).error(),
            Error::kAddressInUse);
  arrive(udp(4000, 5000, text("x")));
  EXPECT_TRUE(at(lite).received.is_empty());
  EXPECT_EQ(read(at(plain)), text("x"));
}

TEST_F(UdpLiteTest, SendsTheCoverageWhereUdpHasItsLength) {  // RFC 3828 3.1
  const EndpointId id = bound_lite(5000);
  at(id).settings.coverage.set_sent(10);
  ASSERT_TRUE(send(id, text("some data"), to(kPeer, 4000)).ok());
  const Frame packet = sent_packet();
  ASSERT_EQ(packet.size(), 37u);
  EXPECT_EQ(packet[9], kProtocol);
  EXPECT_EQ(packet[24], 0);
  EXPECT_EQ(packet[25], 10);
}

TEST_F(UdpLiteTest, TakesWhatItSends) {
  const EndpointId id = bound_lite(5000);
  at(id).settings.coverage.set_sent(10);
  ASSERT_TRUE(send(id, text("some data"), to(kPeer, 4000)).ok());
  return_sent();
  EXPECT_EQ(read(at(id)), text("some data"));
  EXPECT_EQ(count(Mib::kUdpInDatagrams), 0u);
}

TEST_F(UdpLiteTest, AReceiverThatWantsMoreCoveredDropsIt) {  // RFC 3828 3.3
  const EndpointId id = bound_lite(5000);
  at(id).settings.coverage.set_sent(10);
  at(id).settings.coverage.set_wanted(11);
  ASSERT_TRUE(send(id, text("some data"), to(kPeer, 4000)).ok());
  return_sent();
  EXPECT_TRUE(at(id).received.is_empty());
  EXPECT_EQ(drops(DropReason::kUdpBadChecksum), 1u);
}

TEST_F(UdpLiteTest, AlwaysHasAChecksum) {
  const EndpointId id = bound_lite(5000);
  at(id).settings.no_checksum = true;
  ASSERT_TRUE(send(id, text("data"), to(kPeer, 4000)).ok());
  const Frame packet = sent_packet();
  EXPECT_NE(net::get16(packet, 26), 0u);
}

TEST_F(UdpLiteTest, HearsOfErrorsAboutItsOwnPackets) {
  const EndpointId plain = bound(5000);
  const EndpointId lite = bound_lite(5000);
  for (const EndpointId id : {plain, lite}) {
    ASSERT_TRUE(udp_->connect(ctx_, *network_, id, {kPeer, Port{4000}}).ok());
  }
  udp_->on_icmp_error(ctx_, icmp_error(kProtocol, udp(5000, 4000, text("x"))));
  EXPECT_EQ(at(lite).pending_error, Error::kConnectionRefused);
  EXPECT_EQ(at(plain).pending_error, Error::kNone);
}

}  // namespace
}  // namespace tapstack::transport
