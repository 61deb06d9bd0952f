#include "net/egress.h"

#include "tests/unit/net/net_test.h"

namespace tapstack::net {
namespace {

using EgressTest = NetTest;

TEST_F(EgressTest, FirstPacketAsksForTheNeighbourAndFollowsTheReply) {
  ASSERT_TRUE(send(test::hex("0102030405060708"), kPeer).ok());
  EXPECT_EQ(sent(),
            link::ethernet(MacAddress::broadcast(), kOurMac, 0x0806,
                           link::arp({.sender_mac = kOurMac, .sender = kOurs, .target = kPeer})));
  EXPECT_TRUE(sent().empty());
  network_->input(ctx_, ts0_,
                  packet_of(link::ethernet(kOurMac, kPeerMac, 0x0806,
                                           link::arp({.operation = 2, .target_mac = kOurMac}))));
  EXPECT_EQ(tail(sent_packet(), 20), test::hex("0102030405060708"));
}

TEST_F(EgressTest, LargeDatagramWaitsWholeAndIsFragmentedAfterwards) {
  ASSERT_TRUE(send(test::pattern(60'000), kPeer).ok());
  sent();
  network_->input(ctx_, ts0_,
                  packet_of(link::ethernet(kOurMac, kPeerMac, 0x0806,
                                           link::arp({.operation = 2, .target_mac = kOurMac}))));
  Frame data;
  for (Frame p = sent_packet(); !p.empty(); p = sent_packet()) put(data, tail(p, 20));
  EXPECT_EQ(data, test::pattern(60'000));
}

TEST_F(EgressTest, GatewayIsTheNeighbourOfWhatIsFar) {
  learn_peer();
  ASSERT_TRUE(send(Frame(8), kFar).ok());
  EXPECT_EQ(get32(sent_packet(kPeerMac), 16), kFar.value);
}

TEST_F(EgressTest, BroadcastAndMulticastNeedNoNeighbour) {
  ASSERT_TRUE(send(Frame(8), Ip4Address::from(10, 10, 10, 255)).ok());
  EXPECT_FALSE(sent_packet(MacAddress::broadcast()).empty());
  ASSERT_TRUE(send(Frame(8), Ip4Address::limited_broadcast()).ok());
  EXPECT_FALSE(sent_packet(MacAddress::broadcast()).empty());
  ASSERT_TRUE(send(Frame(8), Ip4Address::from(239, 1, 2, 3)).ok());
  const Frame packet = sent_packet({{0x01, 0x00, 0x5e, 0x01, 0x02, 0x03}});
  ASSERT_FALSE(packet.empty());
  EXPECT_EQ(packet[8], 1) << "multicast stays on the link by default";
}

TEST_F(EgressTest, AbsentNeighbourIsReportedAfterThreeSeconds) {
  const Instant start = ctx_.now;
  ASSERT_TRUE(send(test::hex("0fa0 0035 0008 0000"), kAbsent).ok());
  run_until(start + Duration::s(3) - Duration::us(1));
  EXPECT_FALSE(loop());
  run_until(start + Duration::s(3));
  const Delivery delivery = loop();
  ASSERT_TRUE(delivery) << "as an ICMP message, for raw sockets";
  EXPECT_EQ(delivery.protocol, 1);
  IcmpError error;
  ASSERT_TRUE(network_->take_error(ctx_, error));
  EXPECT_EQ(error.error, Error::kHostUnreachable);
  EXPECT_TRUE(error.is_local);
  EXPECT_EQ(error.reporter, IpAddress(kOurs));
  EXPECT_EQ(error.destination, IpAddress(kAbsent));
  EXPECT_EQ(error.protocol, 17);
  EXPECT_EQ(Frame(error.quoted, error.quoted + error.quoted_bytes),
            test::hex("0fa0 0035 0008 0000"));
  uint32_t requests = 0;
  while (!sent().empty()) ++requests;
  EXPECT_EQ(requests, 3u);
}

TEST_F(EgressTest, EveryPacketThatWaitedIsReported) {
  ASSERT_TRUE(send(Frame(8), kAbsent).ok());
  ASSERT_TRUE(send(Frame(9), kAbsent).ok());
  run_until(ctx_.now + Duration::s(3));
  EXPECT_TRUE(loop());
  EXPECT_TRUE(loop());
  EXPECT_FALSE(loop());
  while (!sent().empty()) {
  }
  expect_nothing_held();
}

TEST_F(EgressTest, DatagramWhoseFragmentsDoNotAllFitTheQueueIsNotSentAtAll) {
  learn_peer();
  size_t waiting = 0;
  while (parts().interfaces.find(ts0_)->transmit.count + 10 < kConfig.interface_queue_packets) {
    ASSERT_TRUE(send(Frame(8), kPeer).ok());
    ++waiting;
  }
  EXPECT_EQ(send(test::pattern(30'000), kPeer).error(), Error::kNoBuffers);
  for (size_t i = 0; i < waiting; ++i) EXPECT_FALSE(sent().empty());
  EXPECT_TRUE(sent().empty());
  expect_nothing_held();
}

TEST_F(EgressTest, ChecksumIsCompletedForADeviceThatCannot) {
  learn_peer();
  mem::PacketPtr datagram = packet_of(test::hex("0fa0 0035 000a 2e3f 6162"));
  datagram->info.offload.checksum = mem::ChecksumState::kPartial;
  datagram->info.offload.checksum_offset = 6;
  const auto route = network_->route(kPeer, {}, {}, ctx_.now);
  ASSERT_TRUE(network_->send(ctx_, std::move(datagram), *route, {.protocol = 17}).ok());
  const mem::PacketPtr frame = network_->next_frame(ctx_, ts0_);
  EXPECT_EQ(frame->info.offload.checksum, mem::ChecksumState::kUnknown);
  Frame covered = tail(bytes_of(*frame), 34);
  EXPECT_EQ(checksum(covered), 0x2e3f) << "what the pseudo header adds is missing here";
}

TEST_F(EgressTest, DeviceThatCanGetsThePositionsInTheFrame) {
  learn_peer();
  link::InterfaceSettings settings = link::device_settings();
  settings.can_checksum = settings.can_segment = true;
  ASSERT_TRUE(change_interface(ctx_, *network_, ts0_, settings).ok());
  mem::PacketPtr segment = packet_of(test::pattern(20'000));
  mem::Offload& offload = segment->info.offload;
  offload.checksum = mem::ChecksumState::kPartial;
  offload.checksum_offset = 16;
  offload.segmentation = mem::Segmentation::kTcp4;
  offload.header_bytes = 32;
  offload.segment_bytes = 1448;
  const auto route = network_->route(kPeer, {}, {}, ctx_.now);
  ASSERT_TRUE(route->can_segment);
  ASSERT_TRUE(
      network_->send(ctx_, std::move(segment), *route, {.protocol = 6, .dont_fragment = true})
          .ok());
  const mem::PacketPtr frame = network_->next_frame(ctx_, ts0_);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->size(), 20'034u);
  EXPECT_EQ(frame->info.offload.checksum, mem::ChecksumState::kPartial);
  EXPECT_EQ(frame->info.offload.checksum_start, 34);
  EXPECT_EQ(frame->info.offload.header_bytes, 66);
}

TEST_F(EgressTest, SuperframeForADeviceThatNoLongerSegmentsIsRefused) {
  learn_peer();
  auto route = network_->route(kPeer, {}, {}, ctx_.now);
  route->can_segment = true;  // as it was when the transport asked
  mem::PacketPtr segment = packet_of(test::pattern(20'000));
  segment->info.offload.segmentation = mem::Segmentation::kTcp4;
  segment->info.offload.header_bytes = 32;
  segment->info.offload.segment_bytes = 1448;
  EXPECT_EQ(network_->send(ctx_, std::move(segment), *route, {.protocol = 6, .dont_fragment = true})
                .error(),
            Error::kMessageTooLong);
  EXPECT_TRUE(sent().empty());
}

TEST_F(EgressTest, OwnAddressGoesOverLoopbackAsOneSuperframe) {
  mem::PacketPtr segment = packet_of(test::pattern(30'000));
  mem::Offload& offload = segment->info.offload;
  offload.checksum = mem::ChecksumState::kPartial;
  offload.segmentation = mem::Segmentation::kTcp4;
  offload.segment_bytes = 1448;
  const auto route = network_->route(kOurs, {}, {}, ctx_.now);
  ASSERT_TRUE(route->is_local);
  ASSERT_TRUE(network_->send(ctx_, std::move(segment), *route, {.protocol = 6}).ok());
  EXPECT_TRUE(sent().empty());
  const Delivery delivery = loop();
  ASSERT_TRUE(delivery);
  EXPECT_EQ(delivery.packet->size(), 30'020u);
  EXPECT_EQ(delivery.packet->info.interface, link::kLoopback);
  EXPECT_NE(delivery.packet->info.offload.checksum, mem::ChecksumState::kUnknown);
}

TEST_F(EgressTest, LoopbackNeedsNoChecksum) {
  ASSERT_TRUE(send(Frame(8), Ip4Address::loopback()).ok());
  const Delivery delivery = loop();
  ASSERT_TRUE(delivery);
  EXPECT_EQ(delivery.packet->info.offload.checksum, mem::ChecksumState::kVerified);
  EXPECT_EQ(delivery.packet->info.source, IpAddress(Ip4Address::loopback()));
}

}  // namespace
}  // namespace tapstack::net
