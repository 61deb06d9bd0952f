#include "transport/datagram_endpoint.h"

#include <algorithm>
#include <utility>

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
  return Ip4Address::loopback();
}

void set_mtu_discovery(net::SendParams& params, MtuDiscover how) {
  params.discover_path_mtu = how == MtuDiscover::kWant;
  params.dont_fragment = how == MtuDiscover::kDo || how == MtuDiscover::kProbe;
  params.ignore_path_mtu = how == MtuDiscover::kProbe;
}

}  // namespace

Status check_bind_address(const net::Network& network, const IpAddress& address) {
  if (!address.is_ip4()) return Error::kAddressFamilyNotSupported;
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
  if (!target.to.address.is_ip4()) return Error::kAddressFamilyNotSupported;
  target.to.address = destination_for(target.to.address, endpoint);

  IpAddress source = to.local.family() == Family::kNone ? endpoint.local.address : to.local;
  if (!is_unicast_source(network, source)) source = Ip4Address::any();
  const InterfaceId interface =
      endpoint.settings.interface.value != 0 ? endpoint.settings.interface : to.interface;
  const auto route = network.route(target.to.address, source, interface, ctx.now);
  if (!route.ok()) return route.error();
  target.route = *route;
  if (to.dont_route && route->next_hop != target.to.address) return Error::kNetworkUnreachable;
  if (route->is_broadcast && !endpoint.settings.broadcast) return Error::kAccess;

  const uint8_t set_ttl =
      route->is_multicast ? endpoint.settings.multicast_ttl : endpoint.settings.ttl;
  target.params.protocol = endpoint.protocol;
  target.params.ttl = to.ttl != 0 ? to.ttl : set_ttl;
  target.params.tos = to.tos != 0 ? to.tos : endpoint.settings.tos;
  set_mtu_discovery(target.params, endpoint.settings.mtu_discover);
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
  if (!endpoint.is_address_bound) endpoint.local.address = Ip4Address::any();
}

Status send(Context& ctx, net::Network& network, DatagramEndpoint& endpoint, mem::PacketPtr packet,
            const Target& target) {
  const Status sent = network.send(ctx, std::move(packet), target.route, target.params);
  if (sent.error() == Error::kMessageTooLong && endpoint.settings.receive_errors) {
    QueuedError error;
    error.error = Error::kMessageTooLong;
    error.is_local = true;
    error.info = target.route.mtu_bytes;
    error.destination = target.to;
    error.received_at = ctx.now;
    endpoint.errors.push(ctx, error);
  }
  return sent;
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

Result<size_t> receive(const Context& ctx, DatagramEndpoint& endpoint,
                       std::span<const mem::Bytes> parts, bool peek, DatagramInfo* info) {
  if (const Error error = take_error(endpoint); error != Error::kNone) return error;
  mem::Packet* packet = endpoint.received.front(ctx.memory);
  if (packet == nullptr) return Error::kWouldBlock;
  uint32_t done = 0;
  for (const mem::Bytes& part : parts) {
    const uint32_t n = static_cast<uint32_t>(std::min<size_t>(part.size(), packet->size() - done));
    ctx.memory.copy_out(*packet, done, part.first(n));
    done += n;
  }
  if (info != nullptr) {
    info->peer = {packet->info.source, packet->info.source_port};
    info->local = packet->info.destination;
    info->interface = packet->info.interface;
    info->ttl = packet->info.ttl;
    info->tos = packet->info.tos;
    info->full_bytes = packet->size();
    info->received_at = packet->info.received_at;
  }
  if (!peek) endpoint.received.pop(ctx.memory);
  return static_cast<size_t>(done);
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
  if (is_too_big && endpoint.settings.mtu_discover == MtuDiscover::kDont) return false;
  if (endpoint.settings.receive_errors) {
    endpoint.errors.push(ctx, queued_error_from(error, payload_offset, port, ctx.now));
  } else if (!endpoint.is_connected || !(error.is_hard || is_too_big)) {
    return false;
  }
  endpoint.pending_error = error.error;
  return true;
}

}  // namespace tapstack::transport
