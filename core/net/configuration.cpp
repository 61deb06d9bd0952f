#include "net/configuration.h"

#include "link/arp.h"
#include "net/autoconfiguration.h"

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

void announce(Context& ctx, Parts& parts, const Interface& interface) {
  for (const link::InterfaceAddress& own : interface.addresses()) {
    if (!own.address().is_ip4()) continue;
    link::arp_announce(ctx, parts.interfaces, interface.id, own.address().ip4());
  }
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
  const Interface* interface = parts.interfaces.find(id);
  if (interface == nullptr) return Error::kNoDevice;
  const link::InterfaceSettings before = interface->settings;
  const Status changed = parts.interfaces.change(id, settings);
  if (!changed.ok()) return changed;
  if (!settings.is_up) {
    flush(ctx, parts, id);
    return {};
  }
  const bool is_elsewhere = !before.is_up || before.mac != settings.mac;
  if (is_elsewhere) announce(ctx, parts, *interface);
  if (is_elsewhere || before.ip6 != settings.ip6) {
    stop_ip6(ctx, parts, id);
    start_ip6(ctx, parts, id);
  }
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
  return parts.interfaces.remove(ctx, id);
}

Status add_address(Context& ctx, Network& network, InterfaceId id, const Prefix& address) {
  Parts& parts = network.parts();
  if (kConfig.ip6 && address.address.is_ip6()) {
    return add_ip6_address(ctx, parts, id, {.prefix = address}, ProbeStart::kNow);
  }
  const Status added = parts.interfaces.add_address(id, {.prefix = address});
  if (!added.ok()) return added;
  link::arp_announce(ctx, parts.interfaces, id, address.address.ip4());
  return {};
}

Status remove_address(Context& ctx, Network& network, InterfaceId id, const IpAddress& address) {
  if (kConfig.ip6 && address.is_ip6()) return remove_ip6_address(ctx, network.parts(), id, address);
  return network.parts().interfaces.remove_address(id, address);
}

Status add_route(Network& network, const Prefix& destination, const IpAddress& gateway,
                 InterfaceId id) {
  Parts& parts = network.parts();
  if (id.value != 0 && parts.interfaces.find(id) == nullptr) return Error::kNoDevice;
  if (gateway.family() == Family::kNone) {
    if (id.value == 0) return Error::kNoDevice;
    return parts.routes.add({destination, gateway, id});
  }
  for (const Interface& interface : parts.interfaces.slots()) {
    if (interface.id.value == 0 || (id.value != 0 && interface.id != id)) continue;
    if (interface.prefix_of(gateway) == nullptr) continue;
    return parts.routes.add({destination, gateway, interface.id});
  }
  return Error::kNetworkUnreachable;
}

Status remove_route(Network& network, const Prefix& destination) {
  return network.parts().routes.remove(destination);
}

Status join_group(Network& network, InterfaceId id, const IpAddress& group, Instant now) {
  const auto interface = interface_of_group(network, id, group, now);
  if (!interface.ok()) return interface.error();
  return network.parts().groups.join(*interface, group);
}

Status leave_group(Network& network, InterfaceId id, const IpAddress& group, Instant now) {
  const auto interface = interface_of_group(network, id, group, now);
  if (!interface.ok()) return interface.error();
  return network.parts().groups.leave(*interface, group);
}

}  // namespace tapstack::net
