#include "net/route_lookup.h"

namespace tapstack::net {
namespace {

using link::Interface;
using link::InterfaceAddress;

bool is_given(const IpAddress& address) {
  return address.family() != Family::kNone && !address.is_any();
}

// Which interfaces the query allows.
bool may_leave_by(const Interface& interface, const RouteQuery& query) {
  if (interface.id.value == 0 || interface.is_loopback || !interface.settings.is_up) return false;
  if (query.bound.value != 0) return interface.id == query.bound;
  return !is_given(query.source) || interface.has_address(query.source);
}

// An address of `interface` for packets to `next_hop`: the one that shares its network, else the
// first.
Result<IpAddress> choose_source(const Interface& interface, const IpAddress& next_hop) {
  if (const Prefix* prefix = interface.prefix_of(next_hop)) return prefix->address;
  for (const InterfaceAddress& own : interface.addresses()) {
    if (own.is_assigned() && own.address().family() == next_hop.family()) return own.address();
  }
  return Error::kAddressNotAvailable;
}

Result<Route> over(const Parts& parts, const Interface& interface, const RouteQuery& query,
                   const IpAddress& next_hop, Instant now) {
  Route route;
  route.interface = interface.id;
  route.destination = query.destination;
  route.next_hop = next_hop;
  route.source = query.source;
  if (!is_given(query.source)) {
    const Result<IpAddress> source = choose_source(interface, next_hop);
    if (!source.ok()) return source.error();
    route.source = *source;
  }
  route.is_multicast = query.destination.is_multicast();
  route.is_broadcast = interface.is_broadcast(query.destination);
  route.interface_mtu_bytes = interface.settings.mtu_bytes;
  route.mtu_bytes = parts.path_mtus.lookup(query.destination, interface.settings.mtu_bytes, now);
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

// Limited broadcast and multicast name no network: the interface is the bound one, the source's,
// the default route's, or the first that has an address.
const Interface* interface_for_group(const Parts& parts, const RouteQuery& query) {
  const RouteEntry* entry = parts.routes.find(query.destination, [&](const RouteEntry& e) {
    const Interface* interface = parts.interfaces.find(e.interface);
    return interface != nullptr && may_leave_by(*interface, query);
  });
  if (entry != nullptr) return parts.interfaces.find(entry->interface);
  for (const Interface& interface : parts.interfaces.slots()) {
    const bool has_address = interface.address_count != 0 || query.bound.value != 0;
    if (may_leave_by(interface, query) && has_address) return &interface;
  }
  return nullptr;
}

Result<Route> to_unicast(const Parts& parts, const RouteQuery& query, Instant now) {
  const Interface* best = nullptr;
  uint8_t length = 0;
  for (const Interface& interface : parts.interfaces.slots()) {
    if (!may_leave_by(interface, query)) continue;
    for (const InterfaceAddress& own : interface.addresses()) {
      if (!own.is_assigned() || !own.is_on_link) continue;
      if (!link::contains(own.prefix, query.destination)) continue;
      if (best != nullptr && own.prefix.length <= length) continue;
      best = &interface;
      length = own.prefix.length;
    }
  }
  const RouteEntry* entry = parts.routes.find(query.destination, [&](const RouteEntry& e) {
    const Interface* interface = parts.interfaces.find(e.interface);
    return interface != nullptr && may_leave_by(*interface, query);
  });
  if (entry != nullptr && (best == nullptr || entry->destination.length > length)) {
    const bool is_on_link = entry->gateway.family() == Family::kNone;
    return over(parts, *parts.interfaces.find(entry->interface), query,
                is_on_link ? query.destination : entry->gateway, now);
  }
  if (best == nullptr && query.bound.value != 0) {
    best =
        parts.interfaces.find(query.bound);  // told where: taken to be on that link, as Linux does
    if (best->is_loopback) best = nullptr;
  }
  if (best == nullptr) return Error::kNetworkUnreachable;
  return over(parts, *best, query, query.destination, now);
}

}  // namespace

Result<Route> find_route(const Parts& parts, const RouteQuery& query, Instant now) {
  if (!is_given(query.destination)) return Error::kNetworkUnreachable;
  if (query.bound.value != 0) {
    const Interface* bound = parts.interfaces.find(query.bound);
    if (bound == nullptr) return Error::kNoDevice;
    if (!bound->settings.is_up) return Error::kNetworkDown;
  }
  const bool is_group = query.destination.is_multicast() ||
                        query.destination == IpAddress(Ip4Address::limited_broadcast());
  if (is_given(query.source) && parts.interfaces.owner(query.source) == nullptr) {
    return Error::kAddressNotAvailable;
  }
  if (parts.interfaces.owner(query.destination) != nullptr) return to_ourselves(parts, query);
  // RFC 1122 3.2.1.3 (g): loopback addresses never appear outside a host.
  if (query.destination.is_loopback()) return Error::kNetworkUnreachable;
  if (is_given(query.source) && query.source.is_loopback()) return Error::kInvalid;
  if (!is_group) return to_unicast(parts, query, now);
  const Interface* interface = interface_for_group(parts, query);
  if (interface == nullptr) return Error::kNetworkUnreachable;
  return over(parts, *interface, query, query.destination, now);
}

}  // namespace tapstack::net
