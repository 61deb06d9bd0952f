#include "tests/sim/router6.h"

#include <algorithm>
#include <utility>

namespace tapstack::sim {
namespace {

using Bytes = std::vector<uint8_t>;

constexpr size_t kDestination = 14 + 24;  // of an Ethernet frame with an IPv6 packet
constexpr size_t kSource = 14 + 8;
constexpr size_t kMessage = 14 + 40;
constexpr uint8_t kIcmp6 = 58;
constexpr uint8_t kSolicitation = 135;

void put16(Bytes& out, uint32_t value) {
  out.push_back(static_cast<uint8_t>(value >> 8));
  out.push_back(static_cast<uint8_t>(value));
}
void put32(Bytes& out, uint32_t value) {
  put16(out, value >> 16);
  put16(out, value & 0xffff);
}
template <class Address>
void put(Bytes& out, const Address& address) {
  out.insert(out.end(), address.octets.begin(), address.octets.end());
}

Ip6Address address_at(const EthernetFrame& frame, size_t at) {
  Ip6Address address;
  std::copy_n(frame.begin() + static_cast<std::ptrdiff_t>(at), 16, address.octets.begin());
  return address;
}

uint16_t checksum(const Bytes& bytes) {
  uint32_t sum = 0;
  for (size_t i = 0; i < bytes.size(); i += 2) {
    sum += bytes[i] * 256u + (i + 1 < bytes.size() ? bytes[i + 1] : 0u);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

bool is_icmp6(const EthernetFrame& frame, uint8_t type) {
  return frame.size() > kMessage && frame[20] == kIcmp6 && frame[kMessage] == type;
}

}  // namespace

EthernetFrame icmp6_frame(const Envelope6& envelope, Bytes message, const Bytes& headers,
                          uint8_t next_header) {
  Bytes covered;
  put(covered, envelope.source);
  put(covered, envelope.destination);
  put32(covered, static_cast<uint32_t>(message.size()));
  put32(covered, kIcmp6);
  covered.insert(covered.end(), message.begin(), message.end());
  const uint16_t sum = checksum(covered);
  message[2] = static_cast<uint8_t>(sum >> 8);
  message[3] = static_cast<uint8_t>(sum);
  EthernetFrame frame;
  put(frame, envelope.to_mac);
  put(frame, envelope.from_mac);
  put16(frame, 0x86dd);
  put32(frame, 0x60000000);
  put16(frame, static_cast<uint32_t>(headers.size() + message.size()));
  frame.push_back(next_header);
  frame.push_back(envelope.hop_limit);
  put(frame, envelope.source);
  put(frame, envelope.destination);
  frame.insert(frame.end(), headers.begin(), headers.end());
  frame.insert(frame.end(), message.begin(), message.end());
  return frame;
}

Router6::Router6(uint8_t number)
    : mac_{{2, 0, 0, 0, 1, number}}, address_(Ip6Address::from(0xfe80, 0, 0, 0, 0, 0, 1, number)) {}

void Router6::append_mac_option(Bytes& message, uint8_t type) const {
  message.push_back(type);
  message.push_back(1);
  put(message, mac_);
}

EthernetFrame Router6::advertisement(const RouterAdvertisement& says) const {
  Bytes message{134, 0, 0, 0, 64, 0};
  put16(message, says.lifetime_s);
  put32(message, 0);  // reachable time and retrans timer: unspecified
  put32(message, 0);
  append_mac_option(message, 1);
  for (const AdvertisedPrefix& prefix : says.prefixes) {
    message.insert(message.end(), {3, 4, 64, 0xc0});
    put32(message, prefix.valid_s);
    put32(message, prefix.preferred_s);
    put32(message, 0);
    put(message, prefix.prefix);
  }
  if (says.mtu_bytes != 0) {
    message.insert(message.end(), {5, 1, 0, 0});
    put32(message, says.mtu_bytes);
  }
  if (says.dns) {
    message.insert(message.end(), {25, 3, 0, 0});
    put32(message, says.dns_lifetime_s);
    put(message, *says.dns);
  }
  return frame_to(MacAddress{{0x33, 0x33, 0, 0, 0, 1}}, Ip6Address::all_nodes(),
                  std::move(message));
}

EthernetFrame Router6::redirect(const Ip6Address& host, const Ip6Address& destination,
                                const Router6& other) const {
  Bytes message{137, 0, 0, 0, 0, 0, 0, 0};
  put(message, other.address_);
  put(message, destination);
  other.append_mac_option(message, 2);
  // The MAC address of a SegmentHost shows in its EUI-64 addresses.
  return frame_to(MacAddress{{2, 0, 0, 0, 0, host.octets[15]}}, host, std::move(message));
}

EthernetFrame Router6::input(const EthernetFrame& frame) {
  if (!is_alive_ || frame.size() < kMessage) return {};
  if (is_icmp6(frame, kSolicitation) && address_at(frame, kMessage + 8) == address_) {
    Bytes message{136, 0, 0, 0, 0xe0, 0, 0, 0};  // router, solicited, override
    put(message, address_);
    append_mac_option(message, 2);
    MacAddress asker;
    std::copy_n(frame.begin() + 6, 6, asker.octets.begin());
    return frame_to(asker, address_at(frame, kSource), std::move(message));
  }
  const bool is_for_us = std::equal(mac_.octets.begin(), mac_.octets.end(), frame.begin());
  const Ip6Address destination = address_at(frame, kDestination);
  if (is_for_us && destination != address_) {
    forwarded_.push_back({address_at(frame, kSource), destination});
  }
  return {};
}

std::vector<Forwarded> Router6::take_forwarded() { return std::exchange(forwarded_, {}); }

EthernetFrame Router6::frame_to(const MacAddress& to, const Ip6Address& destination,
                                Bytes message) const {
  return icmp6_frame({mac_, to, address_, destination}, std::move(message));
}

}  // namespace tapstack::sim
