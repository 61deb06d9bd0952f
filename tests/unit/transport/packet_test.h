// What the tests of packet endpoints share.
#pragma once

#include <memory>

#include "tests/unit/transport/transport_test.h"
#include "transport/packet_injection.h"
#include "transport/packet_taps.h"

namespace tapstack::transport {

class PacketTest : public TransportTest {
 protected:
  EndpointId open(uint16_t protocol = frame_protocol::kAll, bool is_cooked = false) {
    return *taps_->open(is_cooked, protocol, 3);
  }
  void bind(EndpointId id, uint16_t protocol, InterfaceId interface) {
    EXPECT_TRUE(taps_->bind(*network_, id, {protocol, interface}).ok());
  }
  void arrive(const Frame& frame) { taps_->on_received(ctx_, *network_, ts0_, *packet_of(frame)); }
  void leave(const Frame& frame) { taps_->on_sent(ctx_, *network_, ts0_, *packet_of(frame)); }
  // Takes the oldest frame; empty when there is none.
  Frame read(EndpointId id, FrameInfo* info = nullptr) {
    Frame bytes(70'000);
    const mem::Bytes parts[] = {bytes};
    const auto n = taps_->receive(ctx_, *network_, id, parts, false, info);
    bytes.resize(n.ok() ? *n : 0);
    return bytes;
  }
  void filter(EndpointId id, std::initializer_list<link::FilterInstruction> program) {
    taps_->find(id)->filter.set(
        *network_->parts().filters.add({program.begin(), program.size()}, false));
  }
  void close(EndpointId id) { taps_->close(ctx_, id); }

  std::unique_ptr<PacketTaps> taps_ = std::make_unique<PacketTaps>();
};

inline const Frame kArpFrame =
    link::ethernet(MacAddress::broadcast(), link::kPeerMac, 0x0806, link::arp({}));
inline const Frame kIpFrame = link::ethernet(link::kOurMac, link::kPeerMac, 0x0800,
                                             net::ip4({.protocol = 99}, text("hello")));

}  // namespace tapstack::transport
