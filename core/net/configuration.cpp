#include "net/configuration.h"

#include "net/address_claim4.h"
#include "net/address_timer.h"
#include "net/autoconfiguration.h"
#include "net/egress.h"
#include "net/group_reports.h"

namespace tapstack::net {
namespace {

// What was learnt by way of an interface, and what waits for it.
void flush(Context& ctx, Parts& parts, InterfaceId id) {
  stop_ip6(ctx, parts, id);
  parts.neighbours.flush(ctx, id);
  parts.reassembly.flush(ctx, id);
  parts.routes.flush(id, true);
  parts.path_mtus.clear();
  while (const mem::PacketPtr frame = ctx.memory.pop(parts.interfaces.find(id)->transmit)) {
    ctx.drop(DropReason::kInterfaceFlushed);
  }
}

// The link is new: what is probed is probed anew ("when a network interface transitions from an
// inactive to an active state", RFC 5227 2.1), the others are announced.
void claim_all(Context& ctx, Parts& parts, Interface& interface) {
  for (size_t i = 0; i < interface.address_count; ++i) {
    link::InterfaceAddress& own = interface.address_slots[i];
    if (own.address().is_ip4()) start_claim4(ctx, parts, interface.id, own);
  }
}

// Whether a gateway can be asked for on the link: by a prefix of the interface, or by a route
// without gateway (RFC 3442: a router may be outside of the subnet).
bool is_on_link(const Parts& parts, const Interface& interface, const IpAddress& gateway) {
  if (interface.prefix_of(gateway) != nullptr) return true;
  return parts.routes.find(gateway, [&](const RouteEntry& entry) {
    return entry.interface == interface.id && entry.gateway.family() == Family::kNone;
  }) != nullptr;
}

}  // namespace

Result<InterfaceId> add_interface(Context& ctx, Network& network,
                                  const link::InterfaceSettings& settings) {
  const Result<InterfaceId> id = network.parts().interfaces.add(settings);
  if (id.ok()) start_ip6(ctx, network.parts(), *id);
  return id;
}

Status change_interface(Context& ctx, Network& network, InterfaceId id,
                        const link::InterfaceSettings& settings) {
  Parts& parts = network.parts();
  Interface* interface = parts.interfaces.find(id);
  if (interface == nullptr) return Error::kNoDevice;
  const link::InterfaceSettings before = interface->settings;
  const Status changed = parts.interfaces.change(id, settings);
  if (!changed.ok()) return changed;
  if (!settings.is_up) {
    flush(ctx, parts, id);
    return {};
  }
  const bool is_elsewhere = !before.is_up || before.mac != settings.mac;
  if (is_elsewhere) claim_all(ctx, parts, *interface);
  if (is_elsewhere || before.ip6 != settings.ip6) {
    stop_ip6(ctx, parts, id);
    start_ip6(ctx, parts, id);
  }
  if (is_elsewhere) restart_groups(ctx, parts, id);
  return {};
}

Status remove_interface(Context& ctx, Network& network, InterfaceId id) {
  Parts& parts = network.parts();
  const Interface* interface = parts.interfaces.find(id);
  if (interface == nullptr) return Error::kNoDevice;
  if (interface->is_loopback) return Error::kInvalid;
  flush(ctx, parts, id);
  parts.routes.flush(id, false);
  parts.groups.flush(id);
  ctx.timers.disarm(timer::make(timer::TimerKind::kGroups, id.value - 1u));
  parts.group_queriers[id.value - 1u] = {};
  const Status removed = parts.interfaces.remove(ctx, id);
  arm_address_timer(ctx, parts, id);
  return removed;
}

Status add_address(Context& ctx, Network& network, InterfaceId id, const Prefix& address) {
  return configure_address(ctx, network, id, {.prefix = address});
}

Status configure_address(Context& ctx, Network& network, InterfaceId id,
                         const link::InterfaceAddress& wanted) {
  Parts& parts = network.parts();
  if (kConfig.ip6 && wanted.address().is_ip6()) {
    return add_ip6_address(ctx, parts, id, wanted, ProbeStart::kNow);
  }
  const Status added = parts.interfaces.add_address(id, wanted);
  if (!added.ok()) return added;
  start_claim4(ctx, parts, id, *parts.interfaces.find(id)->find_address(wanted.address()));
  return {};
}

Status set_lifetimes(Context& ctx, Network& network, InterfaceId id, const IpAddress& address,
                     Instant preferred_until, Instant valid_until) {
  Parts& parts = network.parts();
  Interface* interface = parts.interfaces.find(id);
  if (interface == nullptr) return Error::kNoDevice;
  link::InterfaceAddress* own = interface->find_address(address);
  if (own == nullptr) return Error::kAddressNotAvailable;
  own->preferred_until = preferred_until;
  own->valid_until = valid_until;
  const bool is_preferred = preferred_until > ctx.now;
  if (is_preferred && own->state == link::AddressState::kDeprecated) {
    own->state = link::AddressState::kPreferred;
  }
  arm_address_timer(ctx, parts, id);
  return {};
}

Status remove_address(Context& ctx, Network& network, InterfaceId id, const IpAddress& address) {
  Parts& parts = network.parts();
  if (kConfig.ip6 && address.is_ip6()) return remove_ip6_address(ctx, parts, id, address);
  const Status removed = parts.interfaces.remove_address(id, address);
  if (removed.ok()) arm_address_timer(ctx, parts, id);
  return removed;
}

Status add_route(Network& network, const Prefix& destination, const IpAddress& gateway,
                 InterfaceId id) {
  return configure_route(network, {.destination = destination, .gateway = gateway, .interface = id},
                         false);
}

Status configure_route(Network& network, const RouteEntry& wanted, bool is_neighbour) {
  Parts& parts = network.parts();
  const InterfaceId id = wanted.interface;
  if (id.value != 0 && parts.interfaces.find(id) == nullptr) return Error::kNoDevice;
  if (wanted.details().kind != RouteKind::kUnicast) return parts.routes.add(wanted);
  if (wanted.is_on_link() || is_neighbour) {
    if (id.value == 0) return Error::kNoDevice;
    return parts.routes.add(wanted);
  }
  for (const Interface& interface : parts.interfaces.slots()) {
    if (interface.id.value == 0 || (id.value != 0 && interface.id != id)) continue;
    if (!is_on_link(parts, interface, wanted.gateway)) continue;
    RouteEntry entry = wanted;
    entry.interface = interface.id;
    return parts.routes.add(entry);
  }
  return Error::kNetworkUnreachable;
}

Status remove_route(Network& network, const Prefix& destination) {
  return network.parts().routes.remove(destination);
}

Status set_neighbour(Context& ctx, Network& network, const link::NeighbourInfo& neighbour) {
  Parts& parts = network.parts();
  const Interface* interface = parts.interfaces.find(neighbour.interface);
  if (interface == nullptr) return Error::kNoDevice;
  const IpAddress& address = neighbour.address;
  const bool is_unicast =
      address.family() != Family::kNone && !address.is_any() && !address.is_multicast();
  if (!interface->has_neighbours() || !is_unicast) return Error::kInvalid;
  Result<mem::PacketQueue> waiting =
      parts.neighbours.set(ctx, neighbour.interface, address, neighbour.mac, neighbour.state);
  if (!waiting.ok()) return waiting.error();
  transmit_all(ctx, parts, *waiting);
  return {};
}

Result<InterfaceId> interface_of_group(const Network& network, InterfaceId id,
                                       const IpAddress& group, Instant now) {
  if (id.value != 0) {
    if (network.interface(id) == nullptr) return Error::kNoDevice;
    return id;
  }
  const auto route = network.route(group, IpAddress(), InterfaceId{}, now);
  if (!route.ok()) return Error::kNoDevice;
  return route->interface;
}

void report_groups(Context& ctx, Network& network, InterfaceId id) {
  report_group_changes(ctx, network.parts(), id);
}

}  // namespace tapstack::net
