// Which destination addresses a socket takes that is bound to an address.
#pragma once

#include "util/address.h"

namespace tapstack::transport {

// What a socket is bound to. No family takes everything, the unspecified address every address of
// its family, and :: IPv4's too unless the socket has IPV6_V6ONLY (RFC 3493 3.7, 5.3).
struct BoundAddress {
  IpAddress address;
  bool ip6_only = false;

  constexpr bool takes(const IpAddress& other) const {
    if (address.family() == Family::kNone) return true;
    if (!address.is_any()) return address == other;
    return address.family() == other.family() || (address.is_ip6() && !ip6_only);
  }
  // Whether there is an address that both take.
  constexpr bool overlaps(const BoundAddress& other) const {
    return takes(other.address) || other.takes(address);
  }
};

}  // namespace tapstack::transport
