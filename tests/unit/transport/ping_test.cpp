#include "transport/ping.h"

#include "tests/unit/transport/transport_test.h"

namespace tapstack::transport {
namespace {

class PingTest : public TransportTest {
 protected:
  PingTest() : ping_(std::make_unique<Ping>()) {
    ping_->start(random_);
    learn_peer();
  }

  EndpointId open() { return *ping_->open(Family::kIp4, 1, 3); }
  EndpointId bound(uint16_t identifier) {
    const EndpointId id = open();
    EXPECT_TRUE(ping_->bind(ctx_, *network_, id, {Ip4Address::any(), Port{identifier}}).ok());
    return id;
  }
  DatagramEndpoint& at(EndpointId id) { return *ping_->find(id); }
  Result<size_t> send(EndpointId id, const Frame& message, const DatagramInfo& to) {
    const mem::ConstBytes parts[] = {message};
    return ping_->send(ctx_, *network_, id, parts, to);
  }
  void arrive(const Frame& message) {
    net::Delivery delivery = input(net::ip4({.protocol = 1}, message));
    ASSERT_TRUE(delivery);
    ping_->input(ctx_, *network_, std::move(delivery.packet));
  }
  static uint32_t rest(unsigned identifier, unsigned number) {
    return identifier * 65'536u + number;
  }

  std::unique_ptr<Ping> ping_;
};

TEST_F(PingTest, FillsInIdentifierAndChecksumOfARequest) {
  const EndpointId id = bound(0x4242);
  const Frame message = net::icmp(8, 0, rest(0xdead, 7), text("payload"));
  EXPECT_EQ(*send(id, message, to(kPeer)), 15u);
  const Frame packet = sent_packet();
  EXPECT_EQ(packet[9], 1);
  EXPECT_EQ(net::tail(packet, 20), net::icmp(8, 0, rest(0x4242, 7), text("payload")));
}

TEST_F(PingTest, AReplyComesToTheEndpointWithItsIdentifier) {
  const EndpointId a = bound(1);
  const EndpointId b = bound(2);
  const Frame reply = net::icmp(0, 0, rest(2, 9), text("back"));
  arrive(reply);
  EXPECT_TRUE(at(a).received.is_empty());
  EXPECT_EQ(read(at(b)), reply);  // ICMP header and data, no IP header
  mem::Index owner = 0;
  EXPECT_TRUE(ping_->take_news(owner));
  EXPECT_EQ(owner, 3u);
}

TEST_F(PingTest, ARequestFromOutsideIsNotForPrograms) {
  const EndpointId id = bound(2);
  arrive(net::icmp(8, 0, rest(2, 9), text("request")));
  EXPECT_TRUE(at(id).received.is_empty());
}

TEST_F(PingTest, AReplyThatNobodyWaitsForIsCounted) {
  arrive(net::icmp(0, 0, rest(2, 9), text("who")));
  EXPECT_EQ(drops(DropReason::kIcmpEchoReplyNoSocket), 1u);
  expect_nothing_held();
}

TEST_F(PingTest, OnlyEchoRequestsMayBeSent) {
  const EndpointId id = bound(1);
  EXPECT_EQ(send(id, net::icmp(0, 0, 0, {}), to(kPeer)).error(), Error::kInvalid);
  EXPECT_EQ(send(id, net::icmp(8, 1, 0, {}), to(kPeer)).error(), Error::kInvalid);
  EXPECT_EQ(send(id, net::icmp(13, 0, 0, {}), to(kPeer)).error(), Error::kInvalid);
  EXPECT_EQ(send(id, Frame(7, 8), to(kPeer)).error(), Error::kInvalid);
  EXPECT_EQ(send(id, Frame(65'516, 8), to(kPeer)).error(), Error::kMessageTooLong);
  EXPECT_EQ(send(id, net::icmp(8, 0, 0, {}), {}).error(), Error::kDestinationRequired);
}

TEST_F(PingTest, AnIdentifierIsChosenWhenNoneWasBound) {
  const EndpointId id = open();
  ASSERT_TRUE(send(id, net::icmp(8, 0, 0, {}), to(kPeer)).ok());
  EXPECT_NE(at(id).local.port.value, 0);
  EXPECT_EQ(net::get16(sent_packet(), 24), at(id).local.port.value);
}

TEST_F(PingTest, AnIdentifierBelongsToOneEndpoint) {
  bound(5);
  const EndpointId other = open();
  EXPECT_EQ(ping_->bind(ctx_, *network_, other, {Ip4Address::any(), Port{5}}).error(),
            Error::kAddressInUse);
  EXPECT_EQ(ping_->bind(ctx_, *network_, other, {kPeer, Port{6}}).error(),
            Error::kAddressNotAvailable);
  ASSERT_TRUE(ping_->bind(ctx_, *network_, other, {kOurs, Port{6}}).ok());
  EXPECT_EQ(ping_->bind(ctx_, *network_, other, {kOurs, Port{7}}).error(), Error::kInvalid);
}

TEST_F(PingTest, AnErrorComesWithTheHeaderThatTheProgramSent) {
  const EndpointId id = bound(5);
  at(id).settings.receive_errors = true;
  const Frame request = net::icmp(8, 0, rest(5, 1), text("abc"));
  ping_->on_icmp_error(ctx_, icmp_error(1, request, 1));
  EXPECT_EQ(take_error(at(id)), Error::kHostUnreachable);
  const auto error = at(id).errors.pop(*memory_);
  ASSERT_TRUE(error.ok());
  EXPECT_EQ(error->code, 1);
  EXPECT_EQ(Frame(error->payload, error->payload + error->payload_bytes), request);
}

TEST_F(PingTest, ASoftErrorIsNotShownWithoutReceiveErrors) {
  const EndpointId id = bound(5);
  ASSERT_TRUE(ping_->connect(ctx_, *network_, id, {kPeer, Port{}}).ok());
  ping_->on_icmp_error(ctx_, icmp_error(1, net::icmp(8, 0, rest(5, 1), {}), 1));
  EXPECT_EQ(take_error(at(id)), Error::kNone);
}

TEST_F(PingTest, AConnectedEndpointNeedsNoDestination) {
  const EndpointId id = open();
  ASSERT_TRUE(ping_->connect(ctx_, *network_, id, {kPeer, Port{}}).ok());
  EXPECT_TRUE(send(id, net::icmp(8, 0, 0, {}), {}).ok());
  ping_->disconnect(id);
  EXPECT_EQ(send(id, net::icmp(8, 0, 0, {}), {}).error(), Error::kDestinationRequired);
}

}  // namespace
}  // namespace tapstack::transport
