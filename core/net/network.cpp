#include "net/network.h"

#include <utility>

#include "link/arp.h"
#include "link/ethernet.h"
#include "link/raw_ip.h"
#include "net/address_timer.h"
#include "net/egress.h"
#include "net/icmp4_error.h"
#include "net/icmp4_input.h"
#include "net/ip4_input.h"
#include "net/ip4_output.h"
#include "net/route_lookup.h"
#include "wire/ip4.h"

namespace tapstack::net {
namespace {

using wire::Icmp4Header;
namespace unreachable = wire::icmp4_unreachable;

void on_neighbour_timer(Context& ctx, Parts& parts, mem::Index index) {
  const auto ask = parts.neighbours.on_timer(ctx, index);
  if (ask) link::arp_solicit(ctx, parts.interfaces, *ask);
  // RFC 1122 2.3.2.2, RFC 4861 7.2.2: whoever sent the packets that waited is told. The error takes
  // the way of a received one, over loopback, so that raw sockets see it as they do on Linux.
  while (const mem::PacketPtr packet = parts.neighbours.take_unresolved(ctx)) {
    send_icmp4_error(ctx, parts, *packet, Icmp4Header::unreachable(unreachable::kHost),
                     ErrorCause::kOwn);
  }
}

void on_reassembly_timer(Context& ctx, Parts& parts, mem::Index index) {
  const mem::PacketPtr first = parts.reassembly.on_timer(ctx, index);
  if (!first) return;
  send_icmp4_error(ctx, parts, *first,
                   Icmp4Header::time_exceeded(wire::icmp4_time_exceeded::kReassembly));
}

// What came back from our own queue: as if it had just come in.
void enter_loopback(Context& ctx, Interface& lo, mem::Packet& packet) {
  const mem::Offload offload = packet.info.offload;
  packet.info = mem::PacketInfo{};
  packet.info.offload = offload;
  packet.info.received_at = ctx.now;
  packet.info.interface = lo.id;
  ++lo.counters.in_frames;
  lo.counters.in_bytes += packet.size();
}

}  // namespace

Result<Route> Network::route(const IpAddress& destination, const IpAddress& source,
                             InterfaceId bound, Instant now) const {
  return find_route(parts_, {destination, source, bound}, now);
}

Status Network::send(Context& ctx, mem::PacketPtr packet, const Route& route,
                     const SendParams& params) {
  return ip4_output(ctx, parts_, std::move(packet), route, params);
}

bool Network::is_local_address(const IpAddress& address) const {
  return parts_.interfaces.owner(address) != nullptr;
}

bool Network::is_broadcast_address(const IpAddress& address) const {
  if (address == IpAddress(Ip4Address::limited_broadcast())) return true;
  for (const Interface& interface : parts_.interfaces.slots()) {
    if (interface.id.value != 0 && interface.is_broadcast(address)) return true;
  }
  return false;
}

bool Network::queue_has_room(InterfaceId id) const {
  const Interface* found = parts_.interfaces.find(id);
  return found != nullptr && found->has_room();
}

const Interface* Network::interface(InterfaceId id) const { return parts_.interfaces.find(id); }

void Network::lower_path_mtu(const IpAddress& destination, uint32_t mtu_bytes, Instant now) {
  parts_.path_mtus.lower(destination, mtu_bytes, now);
}

void Network::confirm_reachable(Context& ctx, const Route& route) {
  parts_.neighbours.confirm(ctx, route.interface, route.next_hop);
}

void Network::refuse(Context& ctx, mem::PacketPtr packet, Refusal why) {
  const uint8_t code = why == Refusal::kPort ? unreachable::kPort : unreachable::kProtocol;
  send_icmp4_error(ctx, parts_, *packet, Icmp4Header::unreachable(code));
}

Delivery Network::input(Context& ctx, InterfaceId id, mem::PacketPtr frame) {
  Interface* from = parts_.interfaces.find(id);
  if (from == nullptr) {
    ctx.drop(DropReason::kInterfaceUnknown);
    return {};
  }
  if (from->is_loopback) {
    enter_loopback(ctx, *from, *frame);
  } else {
    const link::Payload payload = from->has_neighbours() ? link::ethernet_input(ctx, *from, *frame)
                                                         : link::raw_ip_input(ctx, *from, *frame);
    if (payload == link::Payload::kArp) {
      transmit_all(ctx, parts_,
                   link::arp_input(ctx, parts_.interfaces, parts_.neighbours, std::move(frame)));
      return {};
    }
    if (payload != link::Payload::kIp4) return {};
  }
  mem::PacketPtr packet = ip4_input(ctx, parts_, std::move(frame));
  if (!packet) return {};
  const uint8_t protocol = packet->info.protocol;
  if (protocol == wire::ip_protocol::kIcmp && !icmp4_input(ctx, parts_, *packet)) return {};
  return {protocol, std::move(packet)};
}

mem::PacketPtr Network::next_frame(Context& ctx, InterfaceId id) {
  return parts_.interfaces.next_frame(ctx, id);
}

bool Network::take_error(Context&, IcmpError& error) {
  if (!parts_.has_error) return false;
  error = parts_.error;
  parts_.has_error = false;
  return true;
}

void Network::on_timer(Context& ctx, timer::TimerKind kind, mem::Index index) {
  if (kind == timer::TimerKind::kNeighbour) return on_neighbour_timer(ctx, parts_, index);
  if (kind == timer::TimerKind::kAddress) return on_address_timer(ctx, parts_, index);
  TAPSTACK_ASSERT(kind == timer::TimerKind::kReassembly);
  on_reassembly_timer(ctx, parts_, index);
}

}  // namespace tapstack::net
