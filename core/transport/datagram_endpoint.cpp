#include "transport/datagram_endpoint.h"

#include <algorithm>
#include <utility>

#include "net/family.h"
#include "wire/ip4.h"
#include "wire/ip6.h"

namespace tapstack::transport {
namespace {

bool is_unicast_source(const net::Network& network, const IpAddress& address) {
  return address.family() != Family::kNone && !address.is_any() && !address.is_multicast() &&
         !network.is_broadcast_address(address);
}

// Linux: the unspecified address as a destination means this host.
IpAddress destination_for(const IpAddress& asked, const DatagramEndpoint& endpoint) {
  if (!asked.is_any()) return asked;
  if (endpoint.local.address.family() == asked.family() && !endpoint.local.address.is_any()) {
    return endpoint.local.address;
  }
  return IpAddress::loopback(asked.family());
}

// The source that is wanted; any: whatever the route gives.
Result<IpAddress> source_for(const net::Network& network, const DatagramEndpoint& endpoint,
                             const DatagramInfo& to, Family family) {
  const IpAddress& wanted = to.local.family() == Family::kNone ? endpoint.local.address : to.local;
  if (!is_unicast_source(network, wanted)) return IpAddress::any(family);
  if (wanted.family() != family) return Error::kNetworkUnreachable;
  return wanted;
}

void set_mtu_discovery(net::SendParams& params, MtuDiscover how) {
  params.discover_path_mtu = how == MtuDiscover::kWant;
  params.dont_fragment = how == MtuDiscover::kDo || how == MtuDiscover::kProbe;
  params.ignore_path_mtu = how >= MtuDiscover::kProbe;
}

// What of the IP header a socket decides, by the family of the packet (RFC 3493 5.1, 5.2).
net::SendParams params_for(const DatagramEndpoint& endpoint, const DatagramInfo& to,
                           const net::Route& route) {
  const DatagramSettings& s = endpoint.settings;
  const bool is_ip6 = route.source.is_ip6();
  net::SendParams params;
  params.protocol = endpoint.protocol;
  const uint8_t unicast_ttl = is_ip6 ? s.ip6.hop_limit : s.ttl;
  const uint8_t multicast_ttl = is_ip6 ? s.ip6.multicast_hops : s.multicast_ttl;
  params.ttl = to.ttl != 0 ? to.ttl : route.is_multicast ? multicast_ttl : unicast_ttl;
  params.tos = to.tos != 0 ? to.tos : is_ip6 ? s.ip6.traffic_class : s.tos;
  params.loop_to_members = is_ip6 ? s.ip6.multicast_loop : s.multicast_loop;
  params.flow_label = s.ip6.flow_info_send ? to.flow_label : 0;
  params.auto_flow_label = s.ip6.auto_flow_label;
  params.stay_on_host = route.is_multicast && params.ttl == 0;
  set_mtu_discovery(params, endpoint.mtu_discover(route.source));
  if (is_ip6 && s.ip6.dont_fragment) params.dont_fragment = true;
  return params;
}

// What the datagram or the socket binds it to; 0: as routed.
InterfaceId interface_for(const DatagramEndpoint& endpoint, const DatagramInfo& to,
                          const IpAddress& destination) {
  const DatagramSettings& s = endpoint.settings;
  if (s.interface.value != 0) return s.interface;
  if (to.interface.value != 0) return to.interface;
  if (destination.is_ip6() && s.ip6.packet_interface.value != 0) return s.ip6.packet_interface;
  if (destination.is_multicast()) {
    return destination.is_ip6() ? s.ip6.multicast_interface : s.multicast_interface;
  }
  if (destination.is_loopback()) return {};
  return destination.is_ip6() ? s.ip6.unicast_interface : s.unicast_interface;
}

// A group of link-local scope that came without a zone is the one of the link it goes out by.
void give_zone(Target& target) {
  IpAddress& to = target.to.address;
  if (!to.is_ip6() || to.zone() != InterfaceId{}) return;
  to = IpAddress(to.ip6(), target.route.interface);
  target.route.destination = to;
}

uint32_t fixed_header_bytes(const mem::PacketInfo& info) {
  return info.source.is_ip6() ? wire::Ip6View::kHeaderBytes
                              : uint32_t{wire::Ip4View::kHeaderBytesMin};
}

// The options of a packet that still has its headers.
void copy_options(const Context& ctx, const mem::Packet& packet, DatagramInfo& info) {
  const uint32_t fixed = fixed_header_bytes(packet.info);
  const uint32_t bytes = packet.info.ip_header_bytes - fixed;
  info.option_bytes = static_cast<uint16_t>(std::min<size_t>(bytes, info.options_room.size()));
  ctx.memory.copy_out(packet, fixed, info.options_room.first(info.option_bytes));
  if (packet.info.source.is_ip6()) {
    ctx.memory.copy_out(packet, wire::ip6_field::kNextHeader, {&info.first_header, 1});
  }
}

// What is told of a received datagram beside its bytes.
void describe(const Context& ctx, const mem::Packet& packet, DatagramInfo& info) {
  const mem::PacketInfo& known = packet.info;
  info.peer = {known.source, known.source_port};
  info.local = known.destination;
  info.interface = known.interface;
  info.ttl = known.ttl;
  info.tos = known.tos;
  info.flow_label = known.flow_label;
  info.full_bytes = packet.size() - known.payload_offset;
  info.received_at = known.received_at;
  info.option_bytes = 0;
  if (known.payload_offset != 0) copy_options(ctx, packet, info);
}

// With the MTU, which tells tracepath what to begin with (ip_local_error, ipv6_local_error).
void tell_too_long(const Context& ctx, DatagramEndpoint& endpoint, const Target& target) {
  if (!endpoint.receives_errors(target.to.address)) return;
  QueuedError error;
  error.error = Error::kMessageTooLong;
  error.is_local = true;
  error.info = target.route.mtu_bytes;
  error.destination = target.to;
  error.received_at = ctx.now;
  endpoint.errors.push(ctx, error);
}

}  // namespace

Status check_bind_address(const net::Network& network, const DatagramEndpoint& endpoint,
                          const IpAddress& address) {
  if (address.family() == Family::kNone) return Error::kAddressFamilyNotSupported;
  if (endpoint.settings.free_bind || endpoint.settings.transparent) return Status();
  const bool is_usable = address.is_any() || address.is_multicast() ||
                         network.is_local_address(address) || network.is_broadcast_address(address);
  return is_usable ? Status() : Status(Error::kAddressNotAvailable);
}

Result<Target> choose_target(const Context& ctx, const net::Network& network,
                             const DatagramEndpoint& endpoint, const DatagramInfo& to) {
  Target target;
  target.to = to.peer;
  if (to.peer.address.family() == Family::kNone) {
    if (!endpoint.is_connected) return Error::kDestinationRequired;
    target.to = endpoint.remote;
  }
  target.to.address = destination_for(target.to.address, endpoint);

  const auto source = source_for(network, endpoint, to, target.to.address.family());
  if (!source.ok()) return source.error();
  const InterfaceId interface = interface_for(endpoint, to, target.to.address);
  const bool is_unspecified =
      to.from_unspecified && target.to.address == IpAddress(Ip4Address::limited_broadcast());
  const auto route = is_unspecified ? network.route_without_address(interface)
                                    : network.route(target.to.address, *source, interface, ctx.now,
                                                    endpoint.settings.ip6.preferences.sort);
  if (!route.ok()) {
    const bool is_missing = interface.value != 0 && route.error() == Error::kNoDevice &&
                            interface == endpoint.settings.ip6.packet_interface;
    const Error error = is_missing ? Error::kNetworkUnreachable : route.error();
    net::count_no_route(ctx, target.to.address, error);
    return error;
  }
  target.route = *route;
  const uint32_t mtu_max = endpoint.settings.ip6.mtu_bytes;
  if (route->source.is_ip6() && mtu_max != 0) {
    target.route.mtu_bytes = std::min(target.route.mtu_bytes, mtu_max);
  }
  if (to.dont_route && route->next_hop != target.to.address) return Error::kNetworkUnreachable;
  if (route->is_broadcast && !endpoint.settings.broadcast) return Error::kAccess;
  give_zone(target);
  target.params = params_for(endpoint, to, *route);
  target.params.options = to.options != nullptr ? to.options : endpoint.options.get(ctx.memory);
  return target;
}

Result<Target> target_to_send_to(const Context& ctx, const net::Network& network,
                                 DatagramEndpoint& endpoint, const DatagramInfo& to,
                                 bool is_too_long) {
  const auto target = choose_target(ctx, network, endpoint, to);
  if (!target.ok()) return target;
  if (is_too_long) {
    tell_too_long(ctx, endpoint, *target);
    return Error::kMessageTooLong;
  }
  if (const Error error = take_error(endpoint); error != Error::kNone) return error;
  if (endpoint.send_shut) return Error::kBrokenPipe;
  return target;
}

Status connect_address(const Context& ctx, const net::Network& network, DatagramEndpoint& endpoint,
                       const IpAddress& peer) {
  DatagramInfo to;
  to.peer.address = peer;
  const auto target = choose_target(ctx, network, endpoint, to);
  if (!target.ok()) return target.error();
  if (!endpoint.is_address_bound) endpoint.local.address = target->route.source;
  endpoint.remote = {target->to.address, Port{}};
  endpoint.is_connected = true;
  return Status();
}

void disconnect_address(DatagramEndpoint& endpoint) {
  endpoint.is_connected = false;
  endpoint.remote = {};
  if (!endpoint.is_address_bound) endpoint.local.address = IpAddress::any(endpoint.family);
}

Status send(Context& ctx, net::Network& network, DatagramEndpoint& endpoint, mem::PacketPtr packet,
            const Target& target) {
  const Status sent = network.send(ctx, std::move(packet), target.route, target.params);
  if (sent.error() == Error::kMessageTooLong) tell_too_long(ctx, endpoint, target);
  return sent;
}

bool is_untold(const DatagramEndpoint& endpoint, const Target& target, const Status& sent) {
  return sent.error() == Error::kNoBuffers && !endpoint.receives_errors(target.to.address);
}

size_t total_bytes(std::span<const mem::ConstBytes> parts) {
  size_t total = 0;
  for (const mem::ConstBytes& part : parts) total += part.size();
  return total;
}

Result<mem::Index> packet_from(const Context& ctx, std::span<const mem::ConstBytes> parts) {
  mem::PacketPtr packet = ctx.memory.new_packet(mem::Priority::kData);
  if (!packet) return Error::kNoBuffers;
  for (const mem::ConstBytes& part : parts) {
    if (!ctx.memory.append_copy(packet->chain, part, mem::Priority::kData)) {
      return Error::kNoBuffers;
    }
  }
  return packet.release();
}

bool enqueue(const Context& ctx, DatagramEndpoint& endpoint, mem::PacketPtr packet,
             uint32_t header_bytes, DropReason when_full) {
  mem::PacketInfo& info = packet->info;
  if (info.ip_header_bytes > fixed_header_bytes(info)) {
    info.payload_offset = static_cast<uint16_t>(header_bytes);
  } else {
    ctx.memory.trim_front(*packet, header_bytes);
    info.payload_offset = 0;
  }
  return endpoint.received.push(ctx, std::move(packet), endpoint.settings.receive_buffer_bytes,
                                when_full);
}

Result<size_t> receive(const Context& ctx, DatagramEndpoint& endpoint,
                       std::span<const mem::Bytes> parts, bool peek, DatagramInfo* info) {
  if (const Error error = take_error(endpoint); error != Error::kNone) return error;
  mem::Packet* packet = endpoint.received.front(ctx.memory);
  if (packet == nullptr) return Error::kWouldBlock;
  const uint32_t begin = packet->info.payload_offset;
  uint32_t done = begin;
  for (const mem::Bytes& part : parts) {
    const uint32_t n = static_cast<uint32_t>(std::min<size_t>(part.size(), packet->size() - done));
    ctx.memory.copy_out(*packet, done, part.first(n));
    done += n;
  }
  if (info != nullptr) describe(ctx, *packet, *info);
  if (!peek) endpoint.received.pop(ctx.memory);
  return static_cast<size_t>(done - begin);
}

Result<QueuedError> take_queued_error(mem::PacketMemory& memory, DatagramEndpoint& endpoint) {
  const Result<QueuedError> taken = endpoint.errors.pop(memory);
  if (!taken.ok()) return taken;
  const Error next = endpoint.errors.front_reported(memory);
  if (next != Error::kNone || !taken->is_local) endpoint.pending_error = next;
  return taken;
}

Error take_error(DatagramEndpoint& endpoint) {
  return std::exchange(endpoint.pending_error, Error::kNone);
}

bool on_icmp_error(const Context& ctx, DatagramEndpoint& endpoint, const net::IcmpError& error,
                   uint8_t payload_offset, Port port) {
  const bool is_too_big = error.error == Error::kMessageTooLong;
  if (is_too_big && endpoint.mtu_discover(error.source) == MtuDiscover::kDont) return false;
  if (endpoint.receives_errors(error.source)) {
    endpoint.errors.push(ctx, queued_error_from(error, payload_offset, port, ctx.now));
  } else if (!endpoint.is_connected || !(error.is_hard || is_too_big)) {
    return false;
  }
  endpoint.pending_error = error.error;
  return true;
}

}  // namespace tapstack::transport
