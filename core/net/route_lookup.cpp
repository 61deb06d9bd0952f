#include "net/route_lookup.h"

#include <algorithm>

#include "net/family.h"
#include "net/ip6_operation.h"
#include "net/link_mtu.h"
#include "net/source_selection.h"

namespace tapstack::net {
namespace {

using link::Interface;
using link::InterfaceAddress;

bool is_given(const IpAddress& address) {
  return address.family() != Family::kNone && !address.is_any();
}

// Which interfaces the query allows.
bool may_leave_by(const Parts& parts, const Interface& interface, const RouteQuery& query) {
  if (interface.id.value == 0 || interface.is_loopback || !interface.settings.is_up) return false;
  if (is_ip6(query.destination) && !has_ip6(parts, interface)) return false;
  if (query.bound.value != 0) return interface.id == query.bound;
  return !is_given(query.source) || interface.has_address(query.source);
}

Result<Route> over(const Parts& parts, const Interface& interface, const RouteQuery& query,
                   const IpAddress& next_hop, Instant now) {
  Route route;
  route.interface = interface.id;
  route.destination = query.destination;
  route.next_hop = next_hop;
  route.source = query.source;
  if (!is_given(query.source)) {
    const Result<IpAddress> source = choose_source(interface, query.destination, next_hop,
                                                   query.preference, &parts.prefix_advertisers);
    if (!source.ok()) return source.error();
    route.source = *source;
  }
  route.is_multicast = query.destination.is_multicast();
  route.is_broadcast = interface.is_broadcast(query.destination);
  route.interface_mtu_bytes = link_mtu_bytes(parts, interface, query.destination);
  route.mtu_bytes = parts.path_mtus.lookup(query.destination, route.interface_mtu_bytes, now);
  route.can_segment = interface.settings.can_segment;
  route.can_checksum = interface.settings.can_checksum;
  return route;
}

// One of our own addresses: over loopback, whatever interface has it.
Result<Route> to_ourselves(const Parts& parts, const RouteQuery& query) {
  const Interface& lo = *parts.interfaces.find(link::kLoopback);
  if (!lo.settings.is_up) return Error::kNetworkDown;
  Route route;
  route.interface = lo.id;
  route.destination = route.next_hop = query.destination;
  route.source = query.source;
  if (!is_given(query.source)) {
    const bool is_loopback = query.destination.is_loopback();
    const bool is_ip4 = query.destination.is_ip4();
    route.source = is_loopback && is_ip4 ? IpAddress(Ip4Address::loopback()) : query.destination;
  }
  route.mtu_bytes = route.interface_mtu_bytes = lo.settings.mtu_bytes;
  route.is_local = true;
  route.can_segment = lo.settings.can_segment;
  route.can_checksum = lo.settings.can_checksum;
  return route;
}

bool has_family(const Interface& interface, const IpAddress& destination) {
  for (const InterfaceAddress& own : interface.addresses()) {
    if (own.is_assigned() && own.address().family() == destination.family()) return true;
  }
  return false;
}

// Limited broadcast and multicast name no network: the interface is the bound one, the source's,
// the default route's, or the first that has an address.
const Interface* interface_for_group(const Parts& parts, const RouteQuery& query) {
  const RouteEntry* entry = parts.routes.find(query.destination, [&](const RouteEntry& e) {
    const Interface* interface = parts.interfaces.find(e.interface);
    return interface != nullptr && may_leave_by(parts, *interface, query);
  });
  if (entry != nullptr) return parts.interfaces.find(entry->interface);
  for (const Interface& interface : parts.interfaces.slots()) {
    const bool is_chosen = query.bound.value != 0 || has_family(interface, query.destination);
    if (may_leave_by(parts, interface, query) && is_chosen) return &interface;
  }
  return nullptr;
}

// RFC 4861 6.3.6: routers "in any state other than INCOMPLETE" are better than those that nobody
// knows anything about. IPv4's are all alike: RFC 1122 3.3.1.4 leaves dead ones to the transports.
Reachability reachability_of(const Parts& parts, const RouteEntry& entry, Instant now) {
  if (!entry.gateway.is_ip6()) return Reachability::kUnknown;
  switch (parts.neighbours.state(entry.interface, entry.gateway, now)) {
    case link::NeighbourState::kUnreachable:
    case link::NeighbourState::kFailed:
      return Reachability::kFailed;
    case link::NeighbourState::kNone:
    case link::NeighbourState::kIncomplete:
      return Reachability::kUnknown;
    default:
      return Reachability::kReachable;
  }
}

// RFC 4311 3: destinations are spread over equal routers, and each keeps its own. The router with
// the greatest hash has it, so that one that comes or goes moves no destination between the others.
uint32_t share_of(const Parts& parts, const RouteEntry& entry, const IpAddress& destination) {
  if (!is_ip6(entry.gateway)) return 0;
  return static_cast<uint32_t>(
      siphash(parts.flow_key, Endpoint{entry.gateway, {}}, Endpoint{destination, {}}, 0));
}

// fib_props of Linux: what is answered where a route says that there is none.
Error refusal_of(RouteKind kind) {
  switch (kind) {
    case RouteKind::kBlackhole:
      return Error::kInvalid;
    case RouteKind::kUnreachable:
      return Error::kHostUnreachable;
    case RouteKind::kProhibit:
      return Error::kAccess;
    case RouteKind::kUnicast:
      break;
  }
  return Error::kNone;
}

Result<Route> by_entry(const Parts& parts, const RouteEntry& entry, const RouteQuery& asked,
                       Instant now) {
  const RouteDetails details = entry.details();
  if (details.kind != RouteKind::kUnicast) return refusal_of(details.kind);
  const Interface& interface = *parts.interfaces.find(entry.interface);
  RouteQuery query = asked;
  // One that was taken from us since is none.
  const bool is_ours = is_given(details.source) && interface.has_address(details.source);
  if (!is_given(query.source) && is_ours) query.source = details.source;
  const IpAddress& next_hop = entry.is_on_link() ? query.destination : entry.gateway;
  Result<Route> route = over(parts, interface, query, next_hop, now);
  if (!route.ok() || details.mtu_bytes == 0) return route;
  route->interface_mtu_bytes = std::min(route->interface_mtu_bytes, details.mtu_bytes);
  route->mtu_bytes = std::min(route->mtu_bytes, details.mtu_bytes);
  return route;
}

Result<Route> to_unicast(const Parts& parts, const RouteQuery& query, Instant now) {
  const Interface* best = nullptr;
  uint8_t length = 0;
  for (const Interface& interface : parts.interfaces.slots()) {
    if (!may_leave_by(parts, interface, query)) continue;
    for (const InterfaceAddress& own : interface.addresses()) {
      if (!own.is_assigned() || !own.is_on_link) continue;
      if (!link::contains(own.prefix, query.destination)) continue;
      if (best != nullptr && own.prefix.length <= length) continue;
      best = &interface;
      length = own.prefix.length;
    }
  }
  const RouteEntry* entry = parts.routes.find(
      query.destination,
      [&](const RouteEntry& e) {
        const Interface* interface = parts.interfaces.find(e.interface);
        if (interface == nullptr) return e.details().kind != RouteKind::kUnicast;
        return may_leave_by(parts, *interface, query);
      },
      [&](const RouteEntry& e) { return reachability_of(parts, e, now); },
      [&](const RouteEntry& e) { return share_of(parts, e, query.destination); });
  if (entry != nullptr && (best == nullptr || entry->destination.length > length)) {
    return by_entry(parts, *entry, query, now);
  }
  // Told where: taken to be on that link, as Linux does; but IPv6 assumes nothing to be on link
  // (RFC 5942 4) that is not link-local.
  const bool is_assumed = query.destination.is_ip4() || query.destination.is_link_local();
  if (best == nullptr && query.bound.value != 0 && is_assumed) {
    best = parts.interfaces.find(query.bound);
    if (best->is_loopback) best = nullptr;
  }
  if (best == nullptr) return Error::kNetworkUnreachable;
  return over(parts, *best, query, query.destination, now);
}

IpAddress with_zone(const IpAddress& address, InterfaceId zone) {
  return is_ip6(address) && address.zone().value == 0 ? IpAddress(address.ip6(), zone) : address;
}

// RFC 4007 6: a destination that is one on a link of its own binds the query to that link; without
// a zone it has that of the bound interface. kInvalid: it has none, or two.
Result<RouteQuery> bind_to_zone(const RouteQuery& asked) {
  if (!is_ip6(asked.destination)) return asked;
  RouteQuery query = asked;
  query.destination = with_zone(asked.destination, asked.bound);
  if (query.destination.ip6().needs_zone()) {
    const InterfaceId zone = query.destination.zone();
    if (zone.value == 0 && !query.destination.is_multicast()) return Error::kInvalid;
    if (asked.bound.value != 0 && asked.bound != zone) return Error::kInvalid;
    query.bound = zone;
  }
  query.source = with_zone(asked.source, query.bound);
  return query;
}

Result<Route> to_group(const Parts& parts, const RouteQuery& query, Instant now) {
  const Interface* interface = interface_for_group(parts, query);
  if (interface == nullptr) return Error::kNetworkUnreachable;
  RouteQuery there = query;
  there.destination = with_zone(query.destination, interface->id);
  return over(parts, *interface, there, there.destination, now);
}

}  // namespace

Result<Route> find_route(const Parts& parts, const RouteQuery& asked, Instant now) {
  if (!is_given(asked.destination)) return Error::kNetworkUnreachable;
  const Result<RouteQuery> bound = bind_to_zone(asked);
  if (!bound.ok()) return bound.error();
  const RouteQuery& query = *bound;
  if (query.bound.value != 0) {
    const Interface* interface = parts.interfaces.find(query.bound);
    if (interface == nullptr) return Error::kNoDevice;
    if (!interface->settings.is_up) return Error::kNetworkDown;
  }
  const bool is_group = query.destination.is_multicast() ||
                        query.destination == IpAddress(Ip4Address::limited_broadcast());
  if (is_given(query.source) && parts.interfaces.owner(query.source) == nullptr) {
    return Error::kAddressNotAvailable;
  }
  if (parts.interfaces.owner(query.destination) != nullptr) return to_ourselves(parts, query);
  // RFC 1122 3.2.1.3 (g), RFC 4291 2.5.3: loopback addresses never appear outside a host.
  if (query.destination.is_loopback()) return Error::kNetworkUnreachable;
  if (is_given(query.source) && query.source.is_loopback()) return Error::kInvalid;
  return is_group ? to_group(parts, query, now) : to_unicast(parts, query, now);
}

Result<Route> route_without_address(const Parts& parts, InterfaceId id) {
  const Interface* interface = parts.interfaces.find(id);
  if (interface == nullptr) return Error::kNoDevice;
  if (!interface->settings.is_up) return Error::kNetworkDown;
  if (interface->is_loopback) return Error::kInvalid;
  Route route;
  route.interface = id;
  route.destination = route.next_hop = Ip4Address::limited_broadcast();
  route.source = Ip4Address::any();
  route.mtu_bytes = route.interface_mtu_bytes = interface->settings.mtu_bytes;
  route.is_broadcast = true;
  route.can_checksum = interface->settings.can_checksum;
  return route;
}

}  // namespace tapstack::net
