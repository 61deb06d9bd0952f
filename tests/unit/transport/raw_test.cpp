#include "transport/raw.h"

#include "tests/unit/transport/transport_test.h"

namespace tapstack::transport {
namespace {

class RawTest : public TransportTest {
 protected:
  RawTest() : raw_(std::make_unique<Raw>()) {
    raw_->start(random_);
    learn_peer();
  }

  EndpointId open(uint8_t protocol) { return *raw_->open(Family::kIp4, protocol, 3); }
  DatagramEndpoint& at(EndpointId id) { return *raw_->find(id); }
  Result<size_t> send(EndpointId id, const Frame& bytes, const DatagramInfo& to) {
    const mem::ConstBytes parts[] = {bytes};
    return raw_->send(ctx_, *network_, id, parts, to);
  }
  // Whether somebody wanted it.
  bool arrive(const Frame& packet) {
    const net::Delivery delivery = input(packet);
    EXPECT_TRUE(delivery);
    return raw_->input(ctx_, *network_, *delivery.packet);
  }

  std::unique_ptr<Raw> raw_;
};

TEST_F(RawTest, ReadsWholePacketsWithTheirIpHeader) {
  const EndpointId id = open(99);
  const Frame packet = net::ip4({.protocol = 99}, text("anything"));
  EXPECT_TRUE(arrive(packet));
  DatagramInfo info;
  Frame bytes;
  ASSERT_TRUE(read(at(id), bytes, &info).ok());
  EXPECT_EQ(bytes, packet);
  EXPECT_EQ(info.peer.address, IpAddress(kPeer));
  EXPECT_EQ(info.peer.port.value, 0);
}

TEST_F(RawTest, EveryEndpointOfTheProtocolGetsACopyThatSharesTheBlocks) {
  const EndpointId a = open(99);
  const EndpointId b = open(99);
  const EndpointId other = open(98);
  const Frame packet = net::ip4({.protocol = 99}, test::pattern(1000));
  arrive(packet);
  EXPECT_EQ(memory_->blocks_used(), 1u);
  EXPECT_EQ(read(at(a)), packet);
  EXPECT_EQ(read(at(b)), packet);
  EXPECT_TRUE(at(other).received.is_empty());
  expect_nothing_held();
}

TEST_F(RawTest, SaysWhenNobodyWantsAPacket) {
  open(98);
  EXPECT_FALSE(arrive(net::ip4({.protocol = 99}, text("x"))));
}

TEST_F(RawTest, BoundAndConnectedEndpointsGetOnlyWhatIsForThem) {
  const EndpointId id = open(99);
  ASSERT_TRUE(raw_->bind(ctx_, *network_, id, {kOurs, Port{}}).ok());
  ASSERT_TRUE(raw_->connect(ctx_, *network_, id, {kPeer, Port{}}).ok());
  EXPECT_TRUE(arrive(net::ip4({.protocol = 99}, text("x"))));
  EXPECT_FALSE(arrive(net::ip4({.source = kAbsent, .protocol = 99}, text("x"))));
  EXPECT_FALSE(arrive(
      net::ip4({.destination = Ip4Address::limited_broadcast(), .protocol = 99}, text("x"))));
  EXPECT_EQ(raw_->bind(ctx_, *network_, id, {Ip4Address::any(), Port{}}).error(), Error::kInvalid);
}

// Loopback and virtio-net leave it incomplete in the bytes.
TEST_F(RawTest, AChecksumThatTheDeviceVouchesForIsNotLookedAt) {
  const auto arrives_with = [&](mem::ChecksumState state, uint8_t protocol = 6) {
    const EndpointId id = *raw_->open(Family::kIp6, protocol, 3);
    EXPECT_TRUE(raw_->set_checksum_offset(id, 2).ok());
    const net::Delivery delivery = input(net::ip4({.protocol = protocol}, text("no checksum")));
    delivery.packet->info.source = Ip6Address::from(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
    delivery.packet->info.destination = Ip6Address::from(0x2001, 0xdb8, 0, 0, 0, 0, 0, 2);
    delivery.packet->info.offload.checksum = state;
    raw_->input(ctx_, *network_, *delivery.packet);
    Frame bytes;
    return read(at(id), bytes).ok();
  };
  EXPECT_FALSE(arrives_with(mem::ChecksumState::kUnknown));
  EXPECT_TRUE(arrives_with(mem::ChecksumState::kVerified));
  EXPECT_TRUE(arrives_with(mem::ChecksumState::kPartial));
  EXPECT_FALSE(arrives_with(mem::ChecksumState::kVerified, 99)) << "no device knows where it lies";
}

TEST_F(RawTest, TheIcmpFilterHidesTypes) {
  const EndpointId id = open(1);
  at(id).settings.icmp_filter = ~(1u << 0);  // echo replies only
  arrive(net::ip4({.protocol = 1}, net::icmp(8, 0, 1, text("request"))));
  EXPECT_TRUE(at(id).received.is_empty());
  arrive(net::ip4({.protocol = 1}, net::icmp(0, 0, 1, text("reply"))));
  EXPECT_FALSE(at(id).received.is_empty());
}

TEST_F(RawTest, TheStackAnswersAnEchoThatARawSocketSeesToo) {
  const EndpointId id = open(1);
  arrive(net::ip4({.protocol = 1}, net::icmp(8, 0, 1, text("request"))));
  EXPECT_FALSE(at(id).received.is_empty());
  EXPECT_EQ(sent_packet()[20], 0);  // the reply
}

TEST_F(RawTest, SendsPayloadBehindAHeaderOfTheStacks) {
  const EndpointId id = open(99);
  EXPECT_EQ(*send(id, text("payload"), to(kPeer)), 7u);
  const Frame packet = sent_packet();
  EXPECT_EQ(packet[9], 99);
  EXPECT_EQ(net::tail(packet, 20), text("payload"));
}

TEST_F(RawTest, SendsAHeaderOfTheProgramsOwn) {
  const EndpointId id = open(255);
  EXPECT_TRUE(at(id).settings.header_included);
  const Frame packet =
      net::ip4({.source = kOurs, .destination = kPeer, .protocol = 99, .ttl = 5}, text("own"));
  EXPECT_EQ(*send(id, packet, to(kPeer)), packet.size());
  const Frame sent = sent_packet();
  EXPECT_EQ(sent[8], 5);
  EXPECT_EQ(sent[9], 99);
  EXPECT_EQ(net::tail(sent, 20), text("own"));
  EXPECT_EQ(send(id, Frame(19), to(kPeer)).error(), Error::kInvalid);
}

TEST_F(RawTest, RefusesWhatDoesNotFitAnIpPacket) {
  EXPECT_EQ(send(open(99), Frame(65'516), to(kPeer)).error(), Error::kMessageTooLong);
  EXPECT_EQ(send(open(99), text("x"), {}).error(), Error::kDestinationRequired);
}

TEST_F(RawTest, AFullQueueDropsAndCounts) {
  const EndpointId id = open(99);
  at(id).settings.receive_buffer_bytes = 5'000;
  for (int n = 0; n < 20; ++n) arrive(net::ip4({.protocol = 99}, Frame(500)));
  EXPECT_EQ(drops(DropReason::kRawReceiveQueueFull), 20u - at(id).received.count());
  raw_->close(ctx_, id);
  expect_nothing_held();
}

TEST_F(RawTest, HardErrorsReachConnectedEndpointsAndAllErrorsThoseThatAskForThem) {
  const EndpointId id = open(99);
  raw_->on_icmp_error(ctx_, icmp_error(99, text("quoted")));
  EXPECT_EQ(take_error(at(id)), Error::kNone);
  ASSERT_TRUE(raw_->connect(ctx_, *network_, id, {kPeer, Port{}}).ok());
  raw_->on_icmp_error(ctx_, icmp_error(99, text("quoted"), 1));
  EXPECT_EQ(take_error(at(id)), Error::kNone);
  raw_->on_icmp_error(ctx_, icmp_error(99, text("quoted")));
  EXPECT_EQ(take_error(at(id)), Error::kConnectionRefused);
  at(id).settings.receive_errors = true;
  raw_->on_icmp_error(ctx_, icmp_error(99, text("quoted"), 1));
  EXPECT_EQ(at(id).errors.pop(*memory_)->payload_bytes, 6);
}

}  // namespace
}  // namespace tapstack::transport
