#include "api/interfaces.h"

#include <iterator>

#include "net/configuration.h"
#include "stack/stack.h"
#include "transport/tcp/interface_loss.h"
#include "transport/tcp/user_calls.h"

namespace tapstack::api {

Result<InterfaceId> add_interface(Stack& stack, Instant now, const InterfaceSettings& settings) {
  Context ctx = stack.context(now);
  return net::add_interface(ctx, stack.layers().network, settings);
}

Status change_interface(Stack& stack, Instant now, InterfaceId id,
                        const InterfaceSettings& settings) {
  Context ctx = stack.context(now);
  const link::Interface* found = stack.layers().network.interface(id);
  const bool was_up = found != nullptr && found->settings.is_up;
  const Status changed = net::change_interface(ctx, stack.layers().network, id, settings);
  if (changed.ok() && was_up && !settings.is_up) stack.layers().packets.on_down(id);
  return changed;
}

Status remove_interface(Stack& stack, Instant now, InterfaceId id) {
  Context ctx = stack.context(now);
  const Status removed = net::remove_interface(ctx, stack.layers().network, id);
  if (removed.ok()) stack.layers().packets.on_down(id);
  return removed;
}

void end_connections(Stack& stack, Instant now, InterfaceId id, Error error) {
  Context ctx = stack.context(now);
  transport::tcp::end_connections_on(stack.layers().tcp.tables(), ctx, id, error);
}

Status add_address(Stack& stack, Instant now, InterfaceId id, const Prefix& address) {
  Context ctx = stack.context(now);
  return net::add_address(ctx, stack.layers().network, id, address);
}

Status configure_address(Stack& stack, Instant now, InterfaceId id,
                         const AddressSettings& address) {
  Context ctx = stack.context(now);
  const link::InterfaceAddress wanted{.prefix = address.prefix,
                                      .origin = address.origin,
                                      .skips_probing = address.skips_probing,
                                      .on_conflict = address.on_conflict};
  return net::configure_address(ctx, stack.layers().network, id, wanted);
}

Result<AddressState> address_state(const Stack& stack, InterfaceId id, const IpAddress& address) {
  const link::Interface* found = stack.layers().network.interface(id);
  if (found == nullptr) return Error::kNoDevice;
  const link::InterfaceAddress* own = found->find_address(address);
  if (own == nullptr) return Error::kAddressNotAvailable;
  return own->state;
}

Status set_lifetimes(Stack& stack, Instant now, InterfaceId id, const IpAddress& address,
                     Instant preferred_until, Instant valid_until) {
  Context ctx = stack.context(now);
  return net::set_lifetimes(ctx, stack.layers().network, id, address, preferred_until, valid_until);
}

Status remove_address(Stack& stack, Instant now, InterfaceId id, const IpAddress& address) {
  Context ctx = stack.context(now);
  return net::remove_address(ctx, stack.layers().network, id, address);
}

Status set_configuring(Stack& stack, InterfaceId id, bool on) {
  link::Interface* found = stack.layers().network.parts().interfaces.find(id);
  if (found == nullptr) return Error::kNoDevice;
  found->is_configuring = on;
  return {};
}

Status add_route(Stack& stack, const Prefix& destination, const IpAddress& gateway,
                 InterfaceId id) {
  return net::add_route(stack.layers().network, destination, gateway, id);
}

Status remove_route(Stack& stack, const Prefix& destination) {
  return net::remove_route(stack.layers().network, destination);
}

Status configure_route(Stack& stack, const RouteEntry& route, bool is_neighbour) {
  return net::configure_route(stack.layers().network, route, is_neighbour);
}

Result<RouteEntry> route_at(const Stack& stack, size_t n) {
  const std::span<const RouteEntry> entries = stack.layers().network.parts().routes.entries();
  if (n >= entries.size()) return Error::kNoEntry;
  return entries[n];
}

Status remove_route_at(Stack& stack, size_t n) {
  return stack.layers().network.parts().routes.remove_at(n);
}

Status set_on_link(Stack& stack, InterfaceId id, const IpAddress& address, bool is_on_link) {
  link::Interface* found = stack.layers().network.parts().interfaces.find(id);
  if (found == nullptr) return Error::kNoDevice;
  link::InterfaceAddress* own = found->find_address(address);
  if (own == nullptr) return Error::kAddressNotAvailable;
  own->is_on_link = is_on_link;
  return {};
}

Result<Route> find_route(const Stack& stack, Instant now, const IpAddress& destination,
                         const IpAddress& source, InterfaceId bound) {
  return stack.layers().network.route(destination, source, bound, now);
}

Result<NeighbourInfo> next_neighbour(const Stack& stack, Instant now, uint32_t& n) {
  NeighbourInfo info;
  if (!stack.layers().network.parts().neighbours.next(n, now, info)) return Error::kNoEntry;
  return info;
}

Status set_neighbour(Stack& stack, Instant now, const NeighbourInfo& neighbour) {
  Context ctx = stack.context(now);
  return net::set_neighbour(ctx, stack.layers().network, neighbour);
}

Status forget_neighbour(Stack& stack, Instant now, InterfaceId id, const IpAddress& address) {
  Context ctx = stack.context(now);
  return stack.layers().network.parts().neighbours.forget(ctx, id, address);
}

Result<InterfaceInfo> interface_at(const Stack& stack, size_t n) {
  const link::Interface* found = stack.layers().network.parts().interfaces.at(n);
  if (found == nullptr) return Error::kNoEntry;
  return InterfaceInfo{found->id, found->settings, found->is_loopback, found->counters};
}

Result<Prefix> address_at(const Stack& stack, InterfaceId id, size_t n) {
  const link::Interface* found = stack.layers().network.interface(id);
  if (found == nullptr) return Error::kNoDevice;
  if (n >= found->addresses().size()) return Error::kNoEntry;
  return found->addresses()[n].prefix;
}

Result<InterfaceAddress> address_state_at(const Stack& stack, InterfaceId id, size_t n) {
  const link::Interface* found = stack.layers().network.interface(id);
  if (found == nullptr) return Error::kNoDevice;
  if (n >= found->addresses().size()) return Error::kNoEntry;
  return found->addresses()[n];
}

Result<RouterFacts> router_facts(const Stack& stack, InterfaceId id) {
  if (stack.layers().network.interface(id) == nullptr) return Error::kNoDevice;
  const net::Ip6Link& link = stack.layers().network.parts().links.at(id);
  return RouterFacts{link.is_managed, link.has_other_configuration, link.hop_limit, link.mtu_bytes};
}

Result<IpAddress> dns_server_at(const Stack& stack, Instant now, size_t n) {
  const IpAddress* server = stack.layers().network.parts().dns.server(n, now);
  if (server == nullptr) return Error::kNoEntry;
  return *server;
}

Result<DnsDomain> dns_domain_at(const Stack& stack, Instant now, size_t n) {
  const DnsDomain* domain = stack.layers().network.parts().dns.domain(n, now);
  if (domain == nullptr) return Error::kNoEntry;
  return *domain;
}

Result<InterfaceId> interface_by_name(const Stack& stack, std::string_view name) {
  const link::Interface* found = stack.layers().network.parts().interfaces.find(name);
  if (found == nullptr) return Error::kNoDevice;
  return found->id;
}

void set_ecn_mode(Stack& stack, EcnMode mode) {
  transport::tcp::set_ecn_mode(stack.layers().tcp, mode);
}

void set_fast_open(Stack& stack, uint16_t mode) {
  transport::tcp::set_fast_open(stack.layers().tcp, {mode});
}

void set_fast_open_key(Stack& stack, const SecretKey& key) {
  transport::tcp::set_fast_open_key(stack.layers().tcp, key);
}

void forget_fast_open_servers(Stack& stack) {
  transport::tcp::forget_fast_open_servers(stack.layers().tcp);
}

Result<CounterValue> counter_at(const Stack& stack, size_t n) {
  if (n >= Counters::kCount) return Error::kNoEntry;
  return CounterValue{{Counters::name_at(n), stack.counters().value_at(n)}};
}

Result<PoolUse> pool_at(const Stack& stack, size_t n) {
  const socket::Layers& layers = stack.layers();
  const transport::tcp::Tables& tcp = layers.tcp.tables();
  const PoolUse pools[] = {
      {"blocks", stack.memory().blocks_used(), kConfig.blocks},
      {"slices", stack.memory().slices_used(), kConfig.slices},
      {"packets", stack.memory().packets_used(), kConfig.packets},
      {"sockets", stack.view().sockets.used(), kConfig.sockets},
      {"udp_endpoints", layers.udp.used(), kConfig.udp_endpoints},
      {"ping_endpoints", layers.ping.used(), kConfig.raw_endpoints},
      {"raw_endpoints", layers.raw.used(), kConfig.raw_endpoints},
      {"packet_endpoints", layers.packets.used(), kConfig.packet_endpoints},
      {"filters", layers.network.parts().filters.used(), kConfig.filters},
      {"tcp_connections", tcp.connections.used(), kConfig.tcp_connections},
      {"tcp_listeners", tcp.listeners.used(), kConfig.tcp_listeners},
      {"tcp_half_open", tcp.half_opens.used(), kConfig.tcp_half_open},
      {"tcp_time_waits", tcp.time_waits.used(), kConfig.tcp_time_waits},
      {"timers", stack.timers().armed(), timer::kTimers},
  };
  if (n >= std::size(pools)) return Error::kNoEntry;
  return pools[n];
}

}  // namespace tapstack::api
