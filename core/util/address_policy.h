// The default policy table of address selection (RFC 6724 2.1, 10.6 for its labels): used by source
// selection in the stack and by destination ordering in whoever resolves names.
#pragma once

#include <cstdint>

#include "util/address.h"

namespace tapstack {

struct AddressPolicy {
  uint8_t precedence = 0;  // higher is preferred
  uint8_t label = 0;       // source and destination should have the same
};

namespace address_policy_detail {

struct Entry {
  Ip6Address prefix;
  uint8_t length;  // bits
  AddressPolicy policy;
};

// The longest prefix first, so that the first match is the best.
inline constexpr Entry kTable[] = {
    {Ip6Address::loopback(), 128, {50, 0}},
    {Ip6Address::mapped(Ip4Address::any()), 96, {35, 4}},
    {Ip6Address::any(), 96, {1, 3}},                               // IPv4-compatible, deprecated
    {Ip6Address::from(0x2001, 0, 0, 0, 0, 0, 0, 0), 32, {5, 5}},   // Teredo
    {Ip6Address::from(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, {30, 2}},  // 6to4
    {Ip6Address::from(0x3ffe, 0, 0, 0, 0, 0, 0, 0), 16, {1, 12}},  // 6bone, RFC 3701
    {Ip6Address::from(0xfec0, 0, 0, 0, 0, 0, 0, 0), 10, {1, 11}},  // site-local, RFC 3879
    {Ip6Address::from(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, {3, 13}},   // unique local, RFC 4193
};

constexpr bool has_prefix(const Ip6Address& a, const Entry& entry) {
  for (unsigned bit = 0; bit < entry.length; ++bit) {
    const unsigned mask = 0x80u >> bit % 8;
    if (((a.octets[bit / 8] ^ entry.prefix.octets[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

}  // namespace address_policy_detail

// IPv4 addresses are asked for as mapped ones (RFC 6724 3.2).
constexpr AddressPolicy policy_of(const Ip6Address& address) {
  for (const auto& entry : address_policy_detail::kTable) {
    if (address_policy_detail::has_prefix(address, entry)) return entry.policy;
  }
  return {40, 1};  // ::/0
}

}  // namespace tapstack
