// A scripted IPv6 router for the tests of hosts: it answers for its own address, sends what it is
// told to, and remembers what was sent to it to be forwarded. Bytes are written by hand here: what
// is under test is not used to judge itself.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "util/address.h"

namespace tapstack::sim {

using EthernetFrame = std::vector<uint8_t>;

// An ICMPv6 message on its way.
struct Envelope6 {
  MacAddress from_mac;
  MacAddress to_mac;
  Ip6Address source;
  Ip6Address destination;
  uint8_t hop_limit = 255;
};
// `message` with its checksum in a packet and a frame. `headers`: extension headers in front of it,
// the first of which `next_header` names.
EthernetFrame icmp6_frame(const Envelope6& envelope, std::vector<uint8_t> message,
                          const std::vector<uint8_t>& headers = {}, uint8_t next_header = 58);

struct AdvertisedPrefix {
  Ip6Address prefix;  // of 64 bits, on the link and for addresses
  uint32_t valid_s = 86'400;
  uint32_t preferred_s = 14'400;
};

struct RouterAdvertisement {
  uint16_t lifetime_s = 1800;
  std::vector<AdvertisedPrefix> prefixes{};
  uint32_t mtu_bytes = 0;           // 0: no option
  std::optional<Ip6Address> dns{};  // a name server,
  uint32_t dns_lifetime_s = 0;      // for so long
};

// An IPv6 packet that a host sent by way of a router.
struct Forwarded {
  Ip6Address source;
  Ip6Address destination;
};

class Router6 {
 public:
  explicit Router6(uint8_t number);

  const Ip6Address& address() const { return address_; }
  const MacAddress& mac() const { return mac_; }
  EthernetFrame advertisement(const RouterAdvertisement& says) const;
  // Tells `host` that `destination` is better reached by `other`.
  EthernetFrame redirect(const Ip6Address& host, const Ip6Address& destination,
                         const Router6& other) const;
  // A frame from the link. Returns the answer; empty: there is none.
  EthernetFrame input(const EthernetFrame& frame);
  // From now on it is deaf and dumb.
  void die() { is_alive_ = false; }
  bool is_alive() const { return is_alive_; }
  // What came in since the last call.
  std::vector<Forwarded> take_forwarded();

 private:
  EthernetFrame frame_to(const MacAddress& to, const Ip6Address& destination,
                         std::vector<uint8_t> message) const;
  void append_mac_option(std::vector<uint8_t>& message, uint8_t type) const;

  MacAddress mac_;
  Ip6Address address_;
  bool is_alive_ = true;
  std::vector<Forwarded> forwarded_;
};

}  // namespace tapstack::sim
