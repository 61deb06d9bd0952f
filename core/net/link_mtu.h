// The MTU of a link for each version of IP.
#pragma once

#include <algorithm>

#include "net/family.h"
#include "net/parts.h"

namespace tapstack::net {

// The largest packet in bytes that `interface` carries to `destination`: its own MTU or, for IPv6,
// the smaller one that a router advertised (RFC 4861 6.3.4).
inline uint32_t link_mtu_bytes(const Parts& parts, const link::Interface& interface,
                               const IpAddress& destination) {
  const uint32_t own = interface.settings.mtu_bytes;
  if (!is_ip6(destination)) return own;
  const uint32_t advertised = parts.links.at(interface.id).mtu_bytes;
  return advertised == 0 ? own : std::min(own, advertised);
}

}  // namespace tapstack::net
