// What the tests of neighbour discovery share: a host with one Ethernet device that configures
// itself, and messages built byte by byte.
#pragma once

#include <string>

#include "net/configuration.h"
#include "net/network.h"
#include "tests/unit/net/net_test.h"

namespace tapstack::net {

using link::AddressState;
using link::InterfaceAddress;
using link::InterfaceSettings;
using link::Ip6Mode;
using link::NeighbourState;

inline const Ip6Address kOurLinkLocal = Ip6Address::from(0xfe80, 0, 0, 0, 0, 0x00ff, 0xfe00, 2);
inline const Ip6Address kPeerLinkLocal = Ip6Address::from(0xfe80, 0, 0, 0, 0, 0x00ff, 0xfe00, 1);
inline const Ip6Address kOtherLinkLocal =
    Ip6Address::from(0xfe80, 0, 0, 0, 0, 0x00ff, 0xfe00, 0x99);
inline const Ip6Address kAllNodes = Ip6Address::all_nodes();

inline Ip6Address address_at(const Frame& f, size_t at) {
  Ip6Address a;
  for (size_t i = 0; i < 16; ++i) a.octets[i] = f.at(at + i);
  return a;
}

struct NdHeaders {
  Ip6Address source = kPeerLinkLocal;
  Ip6Address destination = kOurLinkLocal;
  uint8_t hop_limit = 255;
  MacAddress mac = kPeerMac;
};

// An Ethernet frame with an ICMPv6 message whose checksum is right.
inline Frame nd_frame(const NdHeaders& h, Frame message) {
  Frame pseudo;
  put(pseudo, h.source);
  put(pseudo, h.destination);
  put32(pseudo, static_cast<uint32_t>(message.size()));
  put32(pseudo, 58);
  put(pseudo, message);
  set16(message, 2, checksum(pseudo));
  Frame packet = test::hex("60000000");
  put16(packet, static_cast<unsigned>(message.size()));
  packet.push_back(58);
  packet.push_back(h.hop_limit);
  put(packet, h.source);
  put(packet, h.destination);
  put(packet, message);
  const auto& d = h.destination.octets;
  const MacAddress to =
      h.destination.is_multicast() ? MacAddress{{0x33, 0x33, d[12], d[13], d[14], d[15]}} : kOurMac;
  return link::ethernet(to, h.mac, 0x86dd, packet);
}

inline Frame link_layer_option(unsigned type, const MacAddress& mac) {
  Frame f{static_cast<uint8_t>(type), 1};
  put(f, mac);
  return f;
}
inline Frame solicitation(const Ip6Address& target, const Frame& options = {}) {
  Frame f = test::hex("87 00 0000 00000000");
  put(f, target);
  put(f, options);
  return f;
}
inline Frame advertisement(const Ip6Address& target, unsigned flags, const Frame& options = {}) {
  Frame f = test::hex("88 00 0000");
  f.push_back(static_cast<uint8_t>(flags));
  f.insert(f.end(), 3, 0);
  put(f, target);
  put(f, options);
  return f;
}
inline constexpr unsigned kRouterFlag = 0x80, kSolicitedFlag = 0x40, kOverrideFlag = 0x20;

struct Router {
  unsigned hop_limit = 64;
  unsigned flags = 0;
  unsigned lifetime_s = 1800;
  uint32_t reachable_ms = 0;
  uint32_t retrans_ms = 0;
};
inline Frame router_advertisement(const Router& r, const Frame& options = {}) {
  Frame f = test::hex("86 00 0000");
  f.push_back(static_cast<uint8_t>(r.hop_limit));
  f.push_back(static_cast<uint8_t>(r.flags));
  put16(f, r.lifetime_s);
  put32(f, r.reachable_ms);
  put32(f, r.retrans_ms);
  put(f, options);
  return f;
}
inline constexpr unsigned kOnLink = 0x80, kAutonomous = 0x40;
struct PrefixOption {
  Ip6Address prefix = Ip6Address::from(0x2001, 0xdb8, 1, 0, 0, 0, 0, 0);
  unsigned length = 64;
  unsigned flags = kOnLink | kAutonomous;
  uint32_t valid_s = 86'400;
  uint32_t preferred_s = 14'400;
};
inline Frame prefix_option(const PrefixOption& p) {
  Frame f{3, 4, static_cast<uint8_t>(p.length), static_cast<uint8_t>(p.flags)};
  put32(f, p.valid_s);
  put32(f, p.preferred_s);
  put32(f, 0);
  put(f, p.prefix);
  return f;
}

// The host's interface is up and configures itself; its link-local address is ours.
class NdTest : public link::LinkTest {
 protected:
  explicit NdTest(const link::Ip6Settings& ip6 = {.mode = Ip6Mode::kAutoconfigured,
                                                  .has_dad_nonce = false})
      : network_(std::make_unique<Network>(random_.key())) {
    InterfaceSettings settings = link::device_settings();
    settings.ip6 = ip6;
    ts0_ = add_interface(ctx_, *network_, settings).value();
  }

  Parts& parts() { return network_->parts(); }
  IpAddress here(const Ip6Address& a) const { return {a, ts0_}; }
  const InterfaceAddress* own(const Ip6Address& a) const {
    return network_->interface(ts0_)->find_address(here(a));
  }
  NeighbourState neighbour(const Ip6Address& a) {
    return parts().neighbours.state(ts0_, here(a), ctx_.now);
  }
  Result<Route> route(const Ip6Address& to) {
    return network_->route(to, IpAddress(), InterfaceId{}, ctx_.now);
  }

  void input(const NdHeaders& h, const Frame& message) {
    network_->input(ctx_, ts0_, packet_of(nd_frame(h, message)));
  }
  // The next IPv6 packet of neighbour discovery for the device; empty when there is none.
  Frame sent() {
    while (const mem::PacketPtr frame = network_->next_frame(ctx_, ts0_)) {
      const Frame bytes = bytes_of(*frame);
      if (get16(bytes, 12) == 0x86dd && bytes.at(20) == 58 && bytes.at(54) >= 133) return bytes;
    }
    return {};
  }
  // Lets every timer fire that is due until `span` has passed.
  void run(Duration span) {
    const Instant end = ctx_.now + span;
    while (timers_->next_deadline() <= end) {
      ctx_.now = std::max(ctx_.now, timers_->next_deadline());
      timer::TimerId id;
      while (timers_->pop_due(ctx_.now, id)) {
        network_->on_timer(ctx_, timer::kind_of(id), timer::index_of(id));
      }
    }
    ctx_.now = end;
  }
  // Until the link-local address is ours, and what that sent is gone.
  void settle() {
    run(Duration::s(3));
    while (!sent().empty()) {
    }
  }

  std::unique_ptr<Network> network_;
  InterfaceId ts0_;
};

// Fields of what was sent, Ethernet header included.
inline unsigned type_of(const Frame& f) { return f.size() < 55 ? 0u : f.at(54); }
inline Ip6Address source_of(const Frame& f) { return address_at(f, 22); }
inline Ip6Address destination_of(const Frame& f) { return address_at(f, 38); }
inline Ip6Address target_of(const Frame& f) { return address_at(f, 62); }
inline bool is_checksum_good(const Frame& f) {
  Frame pseudo(f.begin() + 22, f.begin() + 54);
  put32(pseudo, static_cast<uint32_t>(f.size() - 54));
  put32(pseudo, 58);
  put(pseudo, tail(f, 54));
  return checksum(pseudo) == 0;
}

}  // namespace tapstack::net
