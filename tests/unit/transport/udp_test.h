// What the tests of UDP and UDP-Lite share: endpoints bound to ports, datagrams from the peer.
#pragma once

#include <memory>

#include "tests/unit/transport/transport_test.h"
#include "transport/udp.h"

namespace tapstack::transport {

class UdpTest : public TransportTest {
 protected:
  UdpTest() : udp_(std::make_unique<Udp>()) {
    udp_->start(random_);
    learn_peer();
  }

  EndpointId open() { return *udp_->open(Family::kIp4, 17, owners_++); }
  EndpointId bound(uint16_t port, IpAddress address = Ip4Address::any()) {
    const EndpointId id = open();
    EXPECT_TRUE(udp_->bind(ctx_, *network_, id, {address, Port{port}}).ok());
    return id;
  }
  DatagramEndpoint& at(EndpointId id) { return *udp_->find(id); }
  Result<size_t> send(EndpointId id, const Frame& data, const DatagramInfo& to) {
    const mem::ConstBytes parts[] = {data};
    return udp_->send(ctx_, *network_, id, parts, to);
  }
  // A datagram from the peer comes in.
  void arrive(const Frame& segment, const net::Ip4& header = {}) {
    net::Delivery delivery = input(net::ip4(header, segment));
    ASSERT_TRUE(delivery);
    udp_->input(ctx_, *network_, std::move(delivery.packet));
  }
  uint64_t count(Mib mib) const { return counters_.value(mib); }

  std::unique_ptr<Udp> udp_;
  mem::Index owners_ = 7;
};

}  // namespace tapstack::transport
