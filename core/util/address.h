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

// How far an IPv6 address reaches (RFC 4291 2.7, RFC 4007 4); the values are those of a group's
// scope field.
enum class Ip6Scope : uint8_t {
  kInterfaceLocal = 1,
  kLinkLocal = 2,
  kAdminLocal = 4,
  kSiteLocal = 5,
  kOrganizationLocal = 8,
  kGlobal = 14,
};

struct Ip6Address {
  std::array<uint8_t, 16> octets{};
  constexpr auto operator<=>(const Ip6Address&) const = default;

  // Eight groups of 16 bits as they are written: from(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).
  static constexpr Ip6Address from(uint16_t a, uint16_t b, uint16_t c, uint16_t d, uint16_t e,
                                   uint16_t f, uint16_t g, uint16_t h) {
    Ip6Address address;
    const uint16_t groups[] = {a, b, c, d, e, f, g, h};
    for (size_t i = 0; i < 8; ++i) {
      address.octets[2 * i] = static_cast<uint8_t>(groups[i] >> 8);
      address.octets[2 * i + 1] = static_cast<uint8_t>(groups[i]);
    }
    return address;
  }
  static constexpr Ip6Address any() { return {}; }
  static constexpr Ip6Address loopback() { return from(0, 0, 0, 0, 0, 0, 0, 1); }
  static constexpr Ip6Address all_nodes() { return from(0xff02, 0, 0, 0, 0, 0, 0, 1); }
  static constexpr Ip6Address all_routers() { return from(0xff02, 0, 0, 0, 0, 0, 0, 2); }
  // ::ffff:a.b.c.d, RFC 4291 2.5.5.2.
  static constexpr Ip6Address mapped(Ip4Address a) {
    return from(0, 0, 0, 0, 0, 0xffff, static_cast<uint16_t>(a.value >> 16),
                static_cast<uint16_t>(a.value));
  }
  // The group in which neighbours ask for `a`, RFC 4291 2.7.1.
  static constexpr Ip6Address solicited_node(const Ip6Address& a) {
    Ip6Address group = from(0xff02, 0, 0, 0, 0, 1, 0xff00, 0);
    for (size_t i = 13; i < 16; ++i) group.octets[i] = a.octets[i];
    return group;
  }

  constexpr bool is_any() const { return *this == any(); }
  constexpr bool is_loopback() const { return *this == loopback(); }
  constexpr bool is_multicast() const { return octets[0] == 0xff; }
  constexpr bool is_link_local() const {  // unicast, fe80::/10
    return octets[0] == 0xfe && (octets[1] & 0xc0) == 0x80;
  }
  constexpr bool is_site_local() const {  // fec0::/10, no longer used: RFC 3879
    return octets[0] == 0xfe && (octets[1] & 0xc0) == 0xc0;
  }
  constexpr bool is_unique_local() const { return (octets[0] & 0xfe) == 0xfc; }  // RFC 4193
  constexpr bool is_mapped() const {
    for (size_t i = 0; i < 10; ++i) {
      if (octets[i] != 0) return false;
    }
    return octets[10] == 0xff && octets[11] == 0xff;
  }
  constexpr Ip4Address ip4() const {  // only for is_mapped()
    return Ip4Address::from(octets[12], octets[13], octets[14], octets[15]);
  }
  constexpr bool is_solicited_node() const { return *this == solicited_node(*this); }
  // RFC 6724 3.1: loopback has the scope of a link.
  constexpr Ip6Scope scope() const {
    if (is_multicast()) return static_cast<Ip6Scope>(octets[1] & 0x0f);
    if (is_link_local() || is_loopback()) return Ip6Scope::kLinkLocal;
    return is_site_local() ? Ip6Scope::kSiteLocal : Ip6Scope::kGlobal;
  }
  // Whether it means something on one link or interface only (RFC 4007 6): fe80::/10, and groups of
  // these scopes.
  constexpr bool needs_zone() const {
    return is_link_local() || (is_multicast() && scope() <= Ip6Scope::kLinkLocal);
  }
};

// Interface number as programs see it (if_nametoindex): 1 is loopback; 0 means "any" or "none".
struct InterfaceId {
  uint8_t value = 0;
  constexpr auto operator<=>(const InterfaceId&) const = default;
};

enum class Family : uint8_t { kNone = 0, kIp4 = 4, kIp6 = 6 };

// Either kind of address. A default-constructed one has no family and matches nothing.
//
// One that means something on one link only carries that link's interface, its zone (RFC 4007 6),
// and differs from the same octets elsewhere. Inside the stack such an address always has its zone:
// it is given where addresses come in, from packets and from programs.
class IpAddress {
 public:
  constexpr IpAddress() = default;
  constexpr IpAddress(Ip4Address a) : family_(Family::kIp4) {
    octets_[0] = static_cast<uint8_t>(a.value >> 24);
    octets_[1] = static_cast<uint8_t>(a.value >> 16);
    octets_[2] = static_cast<uint8_t>(a.value >> 8);
    octets_[3] = static_cast<uint8_t>(a.value);
  }
  // `zone` is ignored where the address needs none.
  constexpr IpAddress(Ip6Address a, InterfaceId zone = {})
      : octets_(a.octets), family_(Family::kIp6), zone_(a.needs_zone() ? zone : InterfaceId{}) {}
  constexpr auto operator<=>(const IpAddress&) const = default;
  // 0.0.0.0 or ::.
  static constexpr IpAddress any(Family family) {
    return family == Family::kIp6 ? IpAddress(Ip6Address::any()) : IpAddress(Ip4Address::any());
  }
  // 127.0.0.1 or ::1.
  static constexpr IpAddress loopback(Family family) {
    return family == Family::kIp6 ? IpAddress(Ip6Address::loopback())
                                  : IpAddress(Ip4Address::loopback());
  }

  constexpr Family family() const { return family_; }
  constexpr bool is_ip4() const { return family_ == Family::kIp4; }
  constexpr bool is_ip6() const { return family_ == Family::kIp6; }
  constexpr Ip4Address ip4() const {  // only for is_ip4()
    return Ip4Address::from(octets_[0], octets_[1], octets_[2], octets_[3]);
  }
  constexpr Ip6Address ip6() const { return {octets_}; }  // only for is_ip6()
  constexpr const std::array<uint8_t, 16>& octets() const { return octets_; }
  constexpr InterfaceId zone() const { return zone_; }  // 0: none

  constexpr bool is_any() const { return octets_ == std::array<uint8_t, 16>{}; }
  constexpr bool is_loopback() const {
    return is_ip4() ? ip4().is_loopback() : is_ip6() && ip6().is_loopback();
  }
  constexpr bool is_multicast() const {
    return is_ip4() ? ip4().is_multicast() : is_ip6() && ip6().is_multicast();
  }
  // IPv4's too: 169.254/16 (RFC 3927), which has no zone here.
  constexpr bool is_link_local() const {
    return is_ip4() ? ip4().is_link_local() : is_ip6() && ip6().is_link_local();
  }

 private:
  std::array<uint8_t, 16> octets_{};  // IPv4: the first four
  Family family_ = Family::kNone;
  InterfaceId zone_;
};

struct Port {
  uint16_t value = 0;
  constexpr auto operator<=>(const Port&) const = default;
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
