#include "transport/packet_injection.h"

#include "tests/unit/transport/packet_test.h"

namespace tapstack::transport {
namespace {

class PacketInjectionTest : public PacketTest {
 protected:
  Result<size_t> inject(EndpointId id, const Frame& bytes, const FrameTarget& target) {
    const mem::ConstBytes parts[] = {bytes};
    return transport::inject(ctx_, *network_, *taps_->find(id), parts, target);
  }
  FrameTarget to(InterfaceId interface, uint16_t protocol = 0x0800) const {
    FrameTarget target;
    target.is_named = true;
    target.to = {protocol, interface};
    target.destination.octets = {0x02, 0, 0, 0, 0, 0x99};
    target.destination.count = 6;
    return target;
  }
};

TEST_F(PacketInjectionTest, SendsFramesAsTheyAre) {
  const EndpointId id = open();
  EXPECT_EQ(inject(id, kArpFrame, to(ts0_)).value(), kArpFrame.size());
  EXPECT_EQ(sent(), kArpFrame);
}

TEST_F(PacketInjectionTest, CookedOnesGetAHeader) {
  const EndpointId id = open(0, true);
  ASSERT_TRUE(inject(id, text("hello"), to(ts0_, 0x88b5)).ok());
  EXPECT_EQ(sent(), link::ethernet(link::kOtherMac, link::kOurMac, 0x88b5, text("hello")));
  ASSERT_TRUE(inject(id, text("hello"), to(ts0_, frame_protocol::k8022)).ok());
  EXPECT_EQ(sent(), link::ethernet(link::kOtherMac, link::kOurMac, 5, text("hello")));
}

TEST_F(PacketInjectionTest, WithoutANameGoesWhereTheSocketIsBound) {
  const EndpointId id = open();
  EXPECT_EQ(inject(id, kArpFrame, {}).error(), Error::kNoSuchDevice);
  bind(id, 0, ts0_);
  EXPECT_TRUE(inject(id, kArpFrame, {}).ok());
  EXPECT_EQ(sent(), kArpFrame);
}

TEST_F(PacketInjectionTest, RefusesWhatLinuxRefuses) {
  const EndpointId id = open();
  const EndpointId cooked = open(0, true);
  EXPECT_EQ(inject(id, kArpFrame, to(InterfaceId{9})).error(), Error::kNoSuchDevice);
  EXPECT_EQ(inject(id, {}, to(ts0_)).error(), Error::kInvalid);
  EXPECT_EQ(inject(id, Frame(13), to(ts0_)).error(), Error::kInvalid);
  EXPECT_TRUE(inject(id, Frame(1514), to(ts0_)).ok());
  EXPECT_EQ(inject(id, Frame(1515), to(ts0_)).error(), Error::kMessageTooLong);
  EXPECT_EQ(inject(id, Frame(1519), to(ts0_)).error(), Error::kMessageTooLong);
  EXPECT_TRUE(inject(cooked, Frame(1500), to(ts0_)).ok());
  EXPECT_EQ(inject(cooked, Frame(1501), to(ts0_)).error(), Error::kMessageTooLong);
  bind(cooked, 0x0800, ts0_);
  EXPECT_EQ(inject(cooked, Frame(10), {}).error(), Error::kInvalid);
}

TEST_F(PacketInjectionTest, ATaggedFrameMayBeLongerByItsTag) {
  const EndpointId id = open();
  Frame tagged = link::ethernet(link::kPeerMac, link::kOurMac, 0x8100, Frame(1504));
  EXPECT_TRUE(inject(id, tagged, to(ts0_)).ok());
  tagged.push_back(0);
  EXPECT_EQ(inject(id, tagged, to(ts0_)).error(), Error::kMessageTooLong);
}

TEST_F(PacketInjectionTest, AnInterfaceThatIsDownTakesNothing) {
  const EndpointId id = open();
  link::InterfaceSettings down = link::device_settings();
  down.is_up = false;
  ASSERT_TRUE(net::change_interface(ctx_, *network_, ts0_, down).ok());
  EXPECT_EQ(inject(id, kArpFrame, to(ts0_)).error(), Error::kNetworkDown);
}

TEST_F(PacketInjectionTest, OthersSeeWhatOneSendsButNotItself) {
  const EndpointId id = open();
  const EndpointId other = open();
  ASSERT_TRUE(inject(id, kArpFrame, to(ts0_)).ok());
  const mem::PacketPtr frame = network_->next_frame(ctx_, ts0_);
  taps_->on_sent(ctx_, *network_, ts0_, *frame);
  EXPECT_TRUE(read(id).empty());
  EXPECT_EQ(read(other), kArpFrame);
}

TEST_F(PacketInjectionTest, AnIpPacketPutOnLoopbackComesIn) {
  const EndpointId id = open();
  const Frame packet =
      net::ip4({.source = Ip4Address::loopback(), .destination = Ip4Address::loopback()},
               udp(1, 2, text("hello")));
  ASSERT_TRUE(inject(id, link::ethernet({}, {}, 0x0800, packet), to(link::kLoopback)).ok());
  const net::Delivery delivery = loop();
  ASSERT_TRUE(delivery);
  EXPECT_EQ(delivery.protocol, 17);
  EXPECT_EQ(bytes_of(*delivery.packet), packet);
}

TEST_F(PacketInjectionTest, OtherProtocolsEndOnLoopback) {
  const EndpointId id = open();
  EXPECT_TRUE(inject(id, link::ethernet({}, {}, 0x88b5, text("x")), to(link::kLoopback)).ok());
  EXPECT_FALSE(loop());
  EXPECT_EQ(drops(DropReason::kEthernetUnknownType), 1u);
  expect_nothing_held();
}

}  // namespace
}  // namespace tapstack::transport
