// What the tests of net/ share: a network with one device, and packets built byte by byte.
#pragma once

#include <utility>

#include "net/configuration.h"
#include "net/network.h"
#include "tests/unit/link/link_test.h"

namespace tapstack::net {

using link::Frame;
using link::kAbsent;
using link::kOtherMac;
using link::kOurMac;
using link::kOurs;
using link::kPeer;
using link::kPeerMac;
using link::put;
using link::put16;
using link::put32;

inline const Ip4Address kFar = Ip4Address::from(203, 0, 113, 9);  // behind kPeer, the gateway

inline constexpr unsigned kDf = 0x4000;
inline constexpr unsigned kMf = 0x2000;

// RFC 1071, the slow way.
inline uint16_t checksum(const Frame& bytes) {
  uint32_t sum = 0;
  for (size_t i = 0; i < bytes.size(); i += 2) {
    sum += uint32_t{bytes[i]} * 256 + (i + 1 < bytes.size() ? bytes[i + 1] : 0);
  }
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}
inline void set16(Frame& f, size_t at, unsigned v) {
  f[at] = static_cast<uint8_t>(v >> 8);
  f[at + 1] = static_cast<uint8_t>(v);
}
inline unsigned get16(const Frame& f, size_t at) { return f.at(at) * 256u + f.at(at + 1); }
inline uint32_t get32(const Frame& f, size_t at) {
  return get16(f, at) * 65536u + get16(f, at + 2);
}
inline Frame tail(const Frame& f, size_t from) {
  return Frame(f.begin() + static_cast<ptrdiff_t>(from), f.end());
}
inline Frame head(const Frame& f, size_t n) {
  return Frame(f.begin(), f.begin() + static_cast<ptrdiff_t>(n));
}

struct Ip4 {
  Ip4Address source = kPeer;
  Ip4Address destination = kOurs;
  unsigned protocol = 17;
  unsigned id = 0x1234;
  unsigned fragment = 0;  // flags and offset as they stand in the header
  unsigned ttl = 64;
  unsigned tos = 0;
  Frame options{};  // a multiple of 4 bytes
};
inline Frame ip4(const Ip4& h, const Frame& payload) {
  Frame f;
  const size_t header_bytes = 20 + h.options.size();
  f.push_back(static_cast<uint8_t>(0x40 + header_bytes / 4));
  f.push_back(static_cast<uint8_t>(h.tos));
  put16(f, static_cast<unsigned>(header_bytes + payload.size()));
  put16(f, h.id);
  put16(f, h.fragment);
  f.push_back(static_cast<uint8_t>(h.ttl));
  f.push_back(static_cast<uint8_t>(h.protocol));
  put16(f, 0);
  put32(f, h.source.value);
  put32(f, h.destination.value);
  put(f, h.options);
  set16(f, 10, checksum(f));
  put(f, payload);
  return f;
}
inline Frame icmp(unsigned type, unsigned code, uint32_t rest, const Frame& data) {
  Frame f{static_cast<uint8_t>(type), static_cast<uint8_t>(code), 0, 0};
  put32(f, rest);
  put(f, data);
  set16(f, 2, checksum(f));
  return f;
}

// A network with a link ts0_, which the tests of a family set up.
class NetworkTest : public link::LinkTest {
 protected:
  Parts& parts() { return network_->parts(); }

  // The next frame for the device; empty when there is none.
  Frame sent() {
    const mem::PacketPtr frame = network_->next_frame(ctx_, ts0_);
    return frame ? bytes_of(*frame) : Frame{};
  }
  // Takes a packet off loopback and hands it in.
  Delivery loop() {
    mem::PacketPtr packet = network_->next_frame(ctx_, link::kLoopback);
    if (!packet) return {};
    return network_->input(ctx_, link::kLoopback, std::move(packet));
  }
  Status send(const Frame& payload, const IpAddress& to, SendParams params = {}) {
    const auto route = network_->route(to, IpAddress(), InterfaceId{}, ctx_.now);
    EXPECT_TRUE(route.ok());
    if (params.protocol == 0) params.protocol = 17;
    return network_->send(ctx_, packet_of(payload), *route, params);
  }
  // Lets every timer fire that is due until `end`.
  void run_until(Instant end) {
    while (timers_->next_deadline() <= end) {
      ctx_.now = std::max(ctx_.now, timers_->next_deadline());
      timer::TimerId id;
      while (timers_->pop_due(ctx_.now, id)) {
        network_->on_timer(ctx_, timer::kind_of(id), timer::index_of(id));
      }
    }
    ctx_.now = end;
  }

  std::unique_ptr<Network> network_ = std::make_unique<Network>(random_.key());
  InterfaceId ts0_;
};

class NetTest : public NetworkTest {
 protected:
  NetTest() {
    ts0_ = add_interface(ctx_, *network_, link::device_settings()).value();
    EXPECT_TRUE(add_address(ctx_, *network_, ts0_, {kOurs, 24}).ok());
    EXPECT_TRUE(add_route(*network_, {Ip4Address::any(), 0}, kPeer, InterfaceId{}).ok());
    sent();  // the announcement
  }

  Delivery input(const Frame& packet, const MacAddress& to = kOurMac) {
    return network_->input(ctx_, ts0_, packet_of(link::ethernet(to, kPeerMac, 0x0800, packet)));
  }
  // The IP packet in the next frame, which must go to `to`.
  Frame sent_packet(const MacAddress& to = kPeerMac) {
    const Frame frame = sent();
    if (frame.size() < 14) return {};
    Frame mac;
    put(mac, to);
    EXPECT_EQ(head(frame, 6), mac);
    EXPECT_EQ(get16(frame, 12), 0x0800u);
    return tail(frame, 14);
  }
  // Has a received packet refused; returns the error that goes out.
  Frame refuse(const Frame& packet, Refusal why = Refusal::kPort, const MacAddress& to = kOurMac) {
    Delivery delivery = input(packet, to);
    EXPECT_TRUE(delivery);
    if (!delivery) return {};
    network_->refuse(ctx_, std::move(delivery.packet), why);
    return sent_packet();
  }
  void learn_peer() {
    network_->input(ctx_, ts0_,
                    packet_of(link::ethernet(kOurMac, kPeerMac, 0x0806, link::arp({}))));
    sent();  // the reply
  }
};

}  // namespace tapstack::net
