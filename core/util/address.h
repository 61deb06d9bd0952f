// Addresses and ports as types of their own. Values are in the field's natural order: an Ip4Address
// holds 10.1.2.3 as 0x0a010203; wire/ alone knows how they lie in packets.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>

namespace tapstack {

struct MacAddress {
  std::array<uint8_t, 6> octets{};
  constexpr auto operator<=>(const MacAddress&) const = default;
  static constexpr MacAddress broadcast() { return {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}; }
  constexpr bool is_group() const { return (octets[0] & 1) != 0; }  // multicast or broadcast
  constexpr bool is_broadcast() const { return *this == broadcast(); }
  constexpr bool is_zero() const { return *this == MacAddress{}; }
};

struct Ip4Address {
  uint32_t value = 0;
  constexpr auto operator<=>(const Ip4Address&) const = default;
  static constexpr Ip4Address from(uint8_t a, uint8_t b, uint8_t c, uint8_t d) {
    return {uint32_t{a} * 0x1000000u + uint32_t{b} * 0x10000u + uint32_t{c} * 0x100u + d};
  }
  static constexpr Ip4Address any() { return {}; }
  static constexpr Ip4Address limited_broadcast() { return {0xffffffffu}; }
  static constexpr Ip4Address loopback() { return from(127, 0, 0, 1); }
  constexpr bool is_any() const { return value == 0; }
  constexpr bool is_loopback() const { return (value >> 24) == 127; }   // RFC 1122 3.2.1.3
  constexpr bool is_multicast() const { return (value >> 28) == 0xe; }  // RFC 5771
  constexpr bool is_reserved() const { return (value >> 28) == 0xf && value != 0xffffffffu; }
  constexpr bool is_limited_broadcast() const { return value == 0xffffffffu; }
  constexpr bool is_this_network() const { return (value >> 24) == 0; }     // 0.0.0.0/8
  constexpr bool is_link_local() const { return (value >> 16) == 0xa9fe; }  // RFC 3927
};

struct Ip6Address {
  std::array<uint8_t, 16> octets{};
  constexpr auto operator<=>(const Ip6Address&) const = default;
};

enum class Family : uint8_t { kNone = 0, kIp4 = 4, kIp6 = 6 };

// Either kind of address. A default-constructed one has no family and matches nothing.
class IpAddress {
 public:
  constexpr IpAddress() = default;
  constexpr IpAddress(Ip4Address a) : family_(Family::kIp4) {
    octets_[0] = static_cast<uint8_t>(a.value >> 24);
    octets_[1] = static_cast<uint8_t>(a.value >> 16);
    octets_[2] = static_cast<uint8_t>(a.value >> 8);
    octets_[3] = static_cast<uint8_t>(a.value);
  }
  constexpr IpAddress(Ip6Address a) : octets_(a.octets), family_(Family::kIp6) {}
  constexpr auto operator<=>(const IpAddress&) const = default;

  constexpr Family family() const { return family_; }
  constexpr bool is_ip4() const { return family_ == Family::kIp4; }
  constexpr bool is_ip6() const { return family_ == Family::kIp6; }
  constexpr Ip4Address ip4() const {  // only for is_ip4()
    return Ip4Address::from(octets_[0], octets_[1], octets_[2], octets_[3]);
  }
  constexpr Ip6Address ip6() const { return {octets_}; }  // only for is_ip6()
  constexpr const std::array<uint8_t, 16>& octets() const { return octets_; }

  constexpr bool is_any() const { return octets_ == std::array<uint8_t, 16>{}; }
  constexpr bool is_loopback() const {
    if (is_ip4()) return ip4().is_loopback();
    std::array<uint8_t, 16> one{};
    one[15] = 1;
    return is_ip6() && octets_ == one;
  }
  constexpr bool is_multicast() const {
    return is_ip4() ? ip4().is_multicast() : is_ip6() && octets_[0] == 0xff;
  }

 private:
  std::array<uint8_t, 16> octets_{};  // IPv4: the first four
  Family family_ = Family::kNone;
};

struct Port {
  uint16_t value = 0;
  constexpr auto operator<=>(const Port&) const = default;
};

// Interface number as programs see it (if_nametoindex): 1 is loopback; 0 means "any" or "none".
struct InterfaceId {
  uint8_t value = 0;
  constexpr auto operator<=>(const InterfaceId&) const = default;
};

struct Endpoint {
  IpAddress address;
  Port port;
  constexpr auto operator<=>(const Endpoint&) const = default;
};

// An address with the length of its network prefix in bits.
struct Prefix {
  IpAddress address;
  uint8_t length = 0;
  constexpr auto operator<=>(const Prefix&) const = default;
};

}  // namespace tapstack
