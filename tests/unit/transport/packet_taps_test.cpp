#include "transport/packet_taps.h"

#include "tests/unit/transport/packet_test.h"

namespace tapstack::transport {
namespace {

using PacketTapsTest = PacketTest;

TEST_F(PacketTapsTest, SeesWholeFramesThatComeIn) {
  const EndpointId id = open();
  arrive(kIpFrame);
  FrameInfo info;
  EXPECT_EQ(read(id, &info), kIpFrame);
  EXPECT_EQ(info.interface, ts0_);
  EXPECT_EQ(info.kind, FrameKind::kHost);
  EXPECT_EQ(info.protocol, 0x0800);
  EXPECT_EQ(info.link_type, link_type::kEthernet);
  EXPECT_EQ(info.source.count, 6);
  EXPECT_EQ(info.source.octets[5], 0x01);
  EXPECT_EQ(info.full_bytes, kIpFrame.size());
  EXPECT_EQ(info.network_bytes, 14);
  expect_nothing_held();
}

TEST_F(PacketTapsTest, CookedOnesSeeThePayloadAndKnowTheSource) {
  const EndpointId id = open(frame_protocol::kAll, true);
  arrive(kIpFrame);
  FrameInfo info;
  EXPECT_EQ(read(id, &info), net::tail(kIpFrame, 14));
  EXPECT_EQ(info.source.octets[5], 0x01);
  EXPECT_EQ(info.full_bytes, kIpFrame.size() - 14);
  EXPECT_EQ(info.network_bytes, 0);
}

TEST_F(PacketTapsTest, TellsWhomAFrameIsFor) {
  const EndpointId id = open();
  const auto kind_of = [&](const MacAddress& to) {
    arrive(link::ethernet(to, link::kPeerMac, 0x0800, text("x")));
    FrameInfo info;
    read(id, &info);
    return info.kind;
  };
  EXPECT_EQ(kind_of(link::kOurMac), FrameKind::kHost);
  EXPECT_EQ(kind_of(MacAddress::broadcast()), FrameKind::kBroadcast);
  EXPECT_EQ(kind_of({{0x33, 0x33, 0, 0, 0, 1}}), FrameKind::kMulticast);
  EXPECT_EQ(kind_of(link::kOtherMac), FrameKind::kOther);
}

TEST_F(PacketTapsTest, OnlyThoseForAllProtocolsSeeWhatIsSent) {
  const EndpointId all = open();
  const EndpointId ip = open(0x0800);
  const EndpointId deaf = open();
  taps_->find(deaf)->ignores_outgoing = true;
  leave(kIpFrame);
  FrameInfo info;
  EXPECT_EQ(read(all, &info), kIpFrame);
  EXPECT_EQ(info.kind, FrameKind::kOutgoing);
  EXPECT_TRUE(read(ip).empty());
  EXPECT_TRUE(read(deaf).empty());
}

TEST_F(PacketTapsTest, ProtocolAndInterfaceChoose) {
  const EndpointId arp = open(0x0806);
  const EndpointId none = open(0);
  const EndpointId elsewhere = open();
  bind(elsewhere, frame_protocol::kAll, link::kLoopback);
  arrive(kIpFrame);
  arrive(kArpFrame);
  EXPECT_EQ(read(arp), kArpFrame);
  EXPECT_TRUE(read(arp).empty());
  EXPECT_TRUE(read(none).empty());
  EXPECT_TRUE(read(elsewhere).empty());
}

TEST_F(PacketTapsTest, TheFilterChoosesAndCuts) {
  const EndpointId id = open();
  filter(id, {{0x28, 0, 0, 12}, {0x15, 0, 1, 0x0806}, {0x06, 0, 0, 20}, {0x06, 0, 0, 0}});
  arrive(kIpFrame);
  arrive(kArpFrame);
  FrameInfo info;
  EXPECT_EQ(read(id, &info), net::head(kArpFrame, 20));
  EXPECT_EQ(info.full_bytes, kArpFrame.size());
  EXPECT_EQ(info.kept_bytes, 20u);
  EXPECT_EQ(taps_->take_statistics(id).frames, 1u);
}

TEST_F(PacketTapsTest, TheFilterOfACookedOneBeginsAtTheNetworkHeader) {
  const EndpointId id = open(frame_protocol::kAll, true);
  filter(id, {{0x30, 0, 0, 9}, {0x15, 0, 1, 99}, {0x06, 0, 0, 4}, {0x06, 0, 0, 0}});
  arrive(kIpFrame);
  EXPECT_EQ(read(id), net::head(net::tail(kIpFrame, 14), 4));
}

TEST_F(PacketTapsTest, WhatFindsNoRoomIsCountedAndTheCountsAreTakenOnce) {
  const EndpointId id = open();
  taps_->find(id)->receive_buffer_bytes = 1;
  for (int i = 0; i < 5; ++i) arrive(kIpFrame);
  FrameInfo info;
  const mem::Bytes nowhere[] = {mem::Bytes()};
  ASSERT_TRUE(taps_->receive(ctx_, *network_, id, nowhere, true, &info).ok());
  EXPECT_TRUE(info.is_losing);
  const PacketStatistics statistics = taps_->take_statistics(id);
  EXPECT_EQ(statistics.frames, 5u);
  EXPECT_EQ(statistics.drops, 4u);
  EXPECT_EQ(drops(DropReason::kPacketReceiveQueueFull), 4u);
  EXPECT_EQ(taps_->take_statistics(id).frames, 0u);
  EXPECT_EQ(read(id), kIpFrame);
}

TEST_F(PacketTapsTest, CopiesShareTheBlocks) {
  const EndpointId a = open();
  const EndpointId b = open();
  arrive(link::ethernet(link::kOurMac, link::kPeerMac, 0x0800, test::pattern(1000)));
  EXPECT_EQ(memory_->blocks_used(), 1u);
  close(a);
  EXPECT_EQ(memory_->blocks_used(), 1u);
  close(b);
  expect_nothing_held();
  EXPECT_TRUE(taps_->is_empty());
}

TEST_F(PacketTapsTest, LoopbackIsSeenOnItsWayOutAndIn) {
  const EndpointId id = open();
  ASSERT_TRUE(send(text("hello"), Ip4Address::loopback()).ok());
  mem::PacketPtr packet = network_->next_frame(ctx_, link::kLoopback);
  ASSERT_TRUE(packet);
  taps_->on_sent(ctx_, *network_, link::kLoopback, *packet);
  taps_->on_received(ctx_, *network_, link::kLoopback, *packet);
  FrameInfo info;
  const Frame out = read(id, &info);
  EXPECT_EQ(info.kind, FrameKind::kOutgoing);
  EXPECT_EQ(info.link_type, link_type::kLoopback);
  EXPECT_EQ(net::head(out, 14), test::hex("000000000000 000000000000 0800"));
  EXPECT_EQ(out.size(), 14u + 20 + 5);
  EXPECT_EQ(read(id, &info), out);
  EXPECT_EQ(info.kind, FrameKind::kHost);
}

TEST_F(PacketTapsTest, BindingToWhatIsNotThereFailsAndToWhatIsDownIsAnError) {
  const EndpointId id = open();
  EXPECT_EQ(taps_->bind(*network_, id, {3, InterfaceId{9}}).error(), Error::kNoDevice);
  link::InterfaceSettings down = link::device_settings("ts1");
  down.is_up = false;
  const InterfaceId other = *net::add_interface(ctx_, *network_, down);
  bind(id, 3, other);
  const mem::Bytes parts[] = {mem::Bytes()};
  EXPECT_EQ(taps_->receive(ctx_, *network_, id, parts, false, nullptr).error(),
            Error::kNetworkDown);
  EXPECT_EQ(taps_->receive(ctx_, *network_, id, parts, false, nullptr).error(), Error::kWouldBlock);
}

TEST_F(PacketTapsTest, BindingWithoutAProtocolKeepsTheOneThereWas) {
  const EndpointId id = open(0x0806);
  bind(id, 0, ts0_);
  EXPECT_EQ(taps_->find(id)->binding.protocol, 0x0806);
  EXPECT_EQ(taps_->find(id)->binding.interface, ts0_);
}

TEST_F(PacketTapsTest, WhoIsBoundToAnInterfaceHearsThatItGoesDown) {
  const EndpointId id = open();
  const EndpointId any = open();
  bind(id, 3, ts0_);
  taps_->on_down(ts0_);
  EXPECT_EQ(taps_->find(id)->pending_error, Error::kNetworkDown);
  EXPECT_EQ(taps_->find(any)->pending_error, Error::kNone);
}

TEST_F(PacketTapsTest, NewsAreToldOnceAndForgottenWithTheEndpoint) {
  const EndpointId id = open();
  arrive(kIpFrame);
  arrive(kIpFrame);
  mem::Index owner = 0;
  EXPECT_TRUE(taps_->take_news(owner));
  EXPECT_EQ(owner, 3u);
  EXPECT_FALSE(taps_->take_news(owner));
  arrive(kIpFrame);
  close(id);
  EXPECT_FALSE(taps_->take_news(owner));
}

TEST_F(PacketTapsTest, ThePoolBoundsThem) {
  for (size_t i = 0; i < kConfig.packet_endpoints; ++i) open();
  EXPECT_EQ(taps_->open(false, 3, 1).error(), Error::kNoBuffers);
  EXPECT_EQ(taps_->used(), kConfig.packet_endpoints);
  EXPECT_NE(taps_->at(kConfig.packet_endpoints - 1), nullptr);
  EXPECT_EQ(taps_->at(kConfig.packet_endpoints), nullptr);
}

}  // namespace
}  // namespace tapstack::transport
