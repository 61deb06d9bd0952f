// All routes as Linux would list them: those of the stack's table, and those that follow from its
// addresses, which Linux keeps as routes: the networks on the link, and in table "local" our own
// addresses, broadcasts and multicast.
#pragma once

#include <linux/rtnetlink.h>

#include <optional>

#include "core/api/interfaces.h"

namespace tapstack::shim::netlink::route {

struct RouteFacts {
  Prefix destination;
  IpAddress gateway;  // no family: on the link
  IpAddress source;   // RTA_PREFSRC; no family: none is said
  InterfaceId interface;
  uint8_t table = RT_TABLE_MAIN;
  uint8_t protocol = RTPROT_KERNEL;
  uint8_t scope = RT_SCOPE_UNIVERSE;
  uint8_t type = RTN_UNICAST;
  uint32_t metric = 0;
  uint32_t mtu_bytes = 0;
  wire::RouterPreference preference = wire::RouterPreference::kMedium;
  Instant valid_until = Instant::never();
  bool operator==(const RouteFacts&) const = default;
};

// Where a route comes from, for who removes it.
struct RoutePlace {
  RouteFacts facts;
  std::optional<size_t> entry;         // of the stack's table: its number
  std::optional<IpAddress> of_prefix;  // the network of this address
};

// The n-th route of `family` (AF_INET, AF_INET6), table main first; none past the last.
std::optional<RoutePlace> route_of_all(const Stack& stack, uint8_t family, size_t n);

}  // namespace tapstack::shim::netlink::route
