// What the tests of IPv6 in net/ share: a network with one link without neighbours, so that packets
// go in and out as they are, and packets built byte by byte.
#pragma once

#include "tests/unit/net/net_test.h"
#include "wire/icmp6.h"

namespace tapstack::net {

inline const Ip6Address kOurs6 = Ip6Address::from(0xfd10, 0x10, 0x10, 0, 0, 0, 0, 2);
inline const Ip6Address kPeer6 = Ip6Address::from(0xfd10, 0x10, 0x10, 0, 0, 0, 0, 1);
inline const Ip6Address kFar6 = Ip6Address::from(0x2001, 0xdb8, 0, 1, 0, 0, 0, 9);
inline const Ip6Address kOurLink6 = Ip6Address::from(0xfe80, 0, 0, 0, 0, 0, 0, 2);
inline const Ip6Address kPeerLink6 = Ip6Address::from(0xfe80, 0, 0, 0, 0, 0, 0, 1);

// A datagram with eight bytes for DNS.
inline const Frame kUdp6 = test::hex("d431 0035 0010 0000 6162 6364 6566 6768");

struct Ip6 {
  Ip6Address source = kPeer6;
  Ip6Address destination = kOurs6;
  unsigned next_header = 17;
  unsigned hop_limit = 64;
  unsigned traffic_class = 0;
  uint32_t flow_label = 0;
};
inline Frame ip6(const Ip6& h, const Frame& payload) {
  Frame f;
  put32(f, 6u << 28 | h.traffic_class << 20 | h.flow_label);
  put16(f, static_cast<unsigned>(payload.size()));
  f.push_back(static_cast<uint8_t>(h.next_header));
  f.push_back(static_cast<uint8_t>(h.hop_limit));
  put(f, h.source);
  put(f, h.destination);
  put(f, payload);
  return f;
}

// An ICMPv6 message with its checksum, RFC 4443 2.3.
inline Frame icmp6(const Ip6& h, unsigned type, unsigned code, uint32_t rest, const Frame& data) {
  Frame f{static_cast<uint8_t>(type), static_cast<uint8_t>(code), 0, 0};
  put32(f, rest);
  put(f, data);
  Frame covered;
  put(covered, h.source);
  put(covered, h.destination);
  put32(covered, static_cast<uint32_t>(f.size()));
  put32(covered, 58);
  put(covered, f);
  set16(f, 2, checksum(covered));
  return f;
}
inline Frame icmp6_packet(Ip6 h, unsigned type, unsigned code, uint32_t rest, const Frame& data) {
  h.next_header = 58;
  return ip6(h, icmp6(h, type, code, rest, data));
}
inline Frame echo6(const Ip6& h, const Frame& data = Frame(8)) {
  return icmp6_packet(h, 128, 0, 0x12340001, data);
}

// Extension headers: `next_header` in front, then what is given, filled up to a multiple of 8.
inline Frame options6(unsigned next_header, const Frame& options) {
  Frame f{static_cast<uint8_t>(next_header), 0};
  put(f, options);
  const size_t padding = (8 - f.size() % 8) % 8;
  if (padding == 1) f.push_back(0);
  if (padding > 1) {
    f.push_back(1);
    f.push_back(static_cast<uint8_t>(padding - 2));
    f.resize(f.size() + padding - 2);
  }
  f[1] = static_cast<uint8_t>(f.size() / 8 - 1);
  return f;
}
inline Frame fragment6_header(unsigned next_header, unsigned offset_bytes, bool more, uint32_t id) {
  Frame f{static_cast<uint8_t>(next_header), 0};
  put16(f, offset_bytes | (more ? 1u : 0u));
  put32(f, id);
  return f;
}
inline Frame operator+(Frame a, const Frame& b) {
  put(a, b);
  return a;
}

class Net6Test : public NetworkTest {
 protected:
  Net6Test() {
    link::InterfaceSettings settings = link::device_settings();
    settings.layer = link::LinkLayer::kRawIp;
    settings.ip6.dad_transmits = 0;
    ts0_ = add_interface(ctx_, *network_, settings).value();
    EXPECT_TRUE(add_address(ctx_, *network_, ts0_, {kOurs6, 64}).ok());
    EXPECT_TRUE(add_address(ctx_, *network_, ts0_, {IpAddress(kOurLink6, ts0_), 64}).ok());
    EXPECT_TRUE(add_route(*network_, {Ip6Address::any(), 0}, kPeer6, InterfaceId{}).ok());
    while (!sent().empty()) continue;
  }

  Delivery input(const Frame& packet) { return network_->input(ctx_, ts0_, packet_of(packet)); }
  // What is sent next, with the flow label taken out.
  Frame sent_without_label() {
    Frame packet = sent();
    if (packet.size() < 4) return packet;
    packet[1] &= 0xf0;
    packet[2] = packet[3] = 0;
    return packet;
  }
  // Has a received packet refused; returns the error that goes out.
  Frame refuse(const Frame& packet, Refusal why = Refusal::kPort) {
    Delivery delivery = input(packet);
    EXPECT_TRUE(delivery);
    if (!delivery) return {};
    network_->refuse(ctx_, std::move(delivery.packet), why);
    return sent_without_label();
  }
  // The Parameter Problem that answers `packet`: code and pointer; 0xff: nothing was sent.
  struct Problem {
    unsigned code = 0xff;
    uint32_t pointer = 0;
    bool operator==(const Problem&) const = default;
  };
  Problem problem_of(const Frame& packet) {
    EXPECT_FALSE(input(packet));
    const Frame error = sent();
    if (error.empty()) return {};
    EXPECT_EQ(error.at(6), 58);
    EXPECT_EQ(error.at(40), 4) << "Parameter Problem";
    EXPECT_EQ(tail(error, 48), packet) << "quotes the packet";
    return {error.at(41), get32(error, 44)};
  }
};

}  // namespace tapstack::net
