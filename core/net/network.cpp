#include "net/network.h"

#include <utility>

#include "link/arp.h"
#include "link/ethernet.h"
#include "link/raw_ip.h"
#include "net/address_timer.h"
#include "net/egress.h"
#include "net/family.h"
#include "net/group_reports.h"
#include "net/icmp4_input.h"
#include "net/icmp6_input.h"
#include "net/icmp_error_output.h"
#include "net/igmp_input.h"
#include "net/ip4_input.h"
#include "net/ip6_header_walk.h"
#include "net/ip6_input.h"
#include "net/ip_output.h"
#include "net/route_lookup.h"
#include "wire/icmp4.h"
#include "wire/icmp6.h"

namespace tapstack::net {
namespace {

using wire::Icmp4Header;
using wire::Icmp6Header;

void on_neighbour_timer(Context& ctx, Parts& parts, mem::Index index) {
  const auto ask = parts.neighbours.on_timer(ctx, index);
  if (ask) solicit(ctx, parts, *ask);
  const auto gone = parts.neighbours.unanswering(index);
  if (gone && gone->address.is_ip6()) {
    // RFC 4861 7.3.3: destinations that a redirect sent to it choose their next hop again.
    parts.routes.forget_gateway(gone->interface, gone->address, RouteOrigin::kRedirect);
    parts.routes.put_last(gone->interface, gone->address);
  }
  // RFC 1122 2.3.2.2, RFC 4861 7.2.2: whoever sent the packets that waited is told. The error takes
  // the way of a received one, over loopback, so that raw sockets see it as they do on Linux.
  while (const mem::PacketPtr packet = parts.neighbours.take_unresolved(ctx)) {
    const wire::IcmpHeader error =
        is_ip6(packet->info.destination)
            ? wire::IcmpHeader(Icmp6Header::unreachable(wire::icmp6_unreachable::kAddress))
            : wire::IcmpHeader(Icmp4Header::unreachable(wire::icmp4_unreachable::kHost));
    send_icmp_error(ctx, parts, *packet, error, ErrorCause::kOwn);
  }
}

void on_reassembly_timer(Context& ctx, Parts& parts, mem::Index index) {
  const mem::PacketPtr first = parts.reassembly.on_timer(ctx, index);
  if (!first) return;
  const wire::IcmpHeader error =
      is_ip6(first->info.destination)
          ? wire::IcmpHeader(Icmp6Header::time_exceeded(wire::icmp6_time_exceeded::kReassembly))
          : wire::IcmpHeader(Icmp4Header::time_exceeded(wire::icmp4_time_exceeded::kReassembly));
  send_icmp_error(ctx, parts, *first, error);
}

// RFC 4443 3.1, 3.4: a protocol that nobody knows is a Next Header that is not recognized.
wire::IcmpHeader refusal6(Context& ctx, const mem::Packet& packet, Refusal why) {
  if (why == Refusal::kPort) return Icmp6Header::unreachable(wire::icmp6_unreachable::kPort);
  Ip6HeaderWalk walk(ctx, packet);
  walk.to_upper_layer();
  return Icmp6Header::parameter_problem(wire::icmp6_parameter_problem::kNextHeader, walk.pointer());
}

wire::IcmpHeader refusal4(Refusal why) {
  return Icmp4Header::unreachable(why == Refusal::kPort ? wire::icmp4_unreachable::kPort
                                                        : wire::icmp4_unreachable::kProtocol);
}

// Takes the link header off, and acts upon what is no IP packet.
link::Payload link_input(Context& ctx, Parts& parts, Interface& from, mem::PacketPtr& frame) {
  const link::Payload payload = from.has_neighbours() ? link::ethernet_input(ctx, from, *frame)
                                                      : link::raw_ip_input(ctx, from, *frame);
  if (payload != link::Payload::kArp) return payload;
  transmit_all(ctx, parts,
               link::arp_input(ctx, parts.interfaces, parts.neighbours, std::move(frame)));
  return link::Payload::kNone;
}

// What came back from our own queue: as if it had just come in.
link::Payload enter_loopback(Context& ctx, Interface& lo, mem::Packet& packet) {
  const mem::PacketInfo sent = packet.info;
  packet.info = mem::PacketInfo{};
  packet.info.offload = sent.offload;
  packet.info.source = sent.source;  // for their zones
  packet.info.destination = sent.destination;
  packet.info.received_at = ctx.now;
  packet.info.interface = sent.interface;  // of copies for members: where it left
  packet.info.is_own_group = sent.interface != lo.id;
  ++lo.counters.in_frames;
  lo.counters.in_bytes += packet.size();
  return is_ip6(sent.destination) ? link::Payload::kIp6 : link::Payload::kIp4;
}

// RFC 4007 6: what we send to an address of our own has come in on the link of that address, though
// it went over loopback, for sockets that are bound to the link; as on Linux, of IPv6 only.
void enter_link_of_owner(const Parts& parts, mem::PacketInfo& info) {
  const Interface* owner = parts.interfaces.owner(info.destination);
  if (owner != nullptr) info.interface = owner->id;
}

}  // namespace

Result<Route> Network::route(const IpAddress& destination, const IpAddress& source,
                             InterfaceId bound, Instant now, SourcePreference preference) const {
  return find_route(parts_, {destination, source, bound, preference}, now);
}

Result<Route> Network::route_without_address(InterfaceId interface) const {
  return net::route_without_address(parts_, interface);
}

Status Network::send(Context& ctx, mem::PacketPtr packet, const Route& route,
                     const SendParams& params) {
  return ip_output(ctx, parts_, std::move(packet), route, params);
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

bool Network::is_drained() const {
  for (const Interface& interface : parts_.interfaces.slots()) {
    const bool is_sending = interface.id.value != 0 && interface.settings.is_up;
    if (is_sending && interface.transmit.count > 0) return false;
  }
  return !parts_.neighbours.expects_first_answer();
}

const Interface* Network::interface(InterfaceId id) const { return parts_.interfaces.find(id); }

void Network::lower_path_mtu(const IpAddress& destination, uint32_t mtu_bytes, Instant now) {
  parts_.path_mtus.lower(destination, mtu_bytes, now);
}

void Network::confirm_reachable(Context& ctx, const Route& route) {
  parts_.neighbours.confirm(ctx, route.interface, route.next_hop);
}

void Network::refuse(Context& ctx, mem::PacketPtr packet, Refusal why) {
  const wire::IcmpHeader error =
      is_ip6(packet->info.destination) ? refusal6(ctx, *packet, why) : refusal4(why);
  send_icmp_error(ctx, parts_, *packet, error);
}

Delivery Network::input(Context& ctx, InterfaceId id, mem::PacketPtr frame) {
  Interface* from = parts_.interfaces.find(id);
  if (from == nullptr) {
    ctx.drop(DropReason::kInterfaceUnknown);
    return {};
  }
  const link::Payload payload = from->is_loopback ? enter_loopback(ctx, *from, *frame)
                                                  : link_input(ctx, parts_, *from, frame);
  if (payload == link::Payload::kNone) return {};
  const bool is_6 = kConfig.ip6 && payload == link::Payload::kIp6;
  mem::PacketPtr packet =
      is_6 ? ip6_input(ctx, parts_, std::move(frame)) : ip4_input(ctx, parts_, std::move(frame));
  if (!packet) return {};
  const uint8_t protocol = packet->info.protocol;
  const uint8_t icmp = is_6 ? wire::ip_protocol::kIcmp6 : wire::ip_protocol::kIcmp;
  const bool is_sound = protocol != icmp || (is_6 ? icmp6_input(ctx, parts_, *packet)
                                                  : icmp4_input(ctx, parts_, *packet));
  if (!is_sound) return {};
  if (!is_6 && protocol == wire::ip_protocol::kIgmp) igmp_input(ctx, parts_, *packet);
  if (is_6 && from->is_loopback) enter_link_of_owner(parts_, packet->info);
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
  if (kind == timer::TimerKind::kGroups) {
    return on_group_timer(ctx, parts_, InterfaceId{static_cast<uint8_t>(index + 1)});
  }
  TAPSTACK_ASSERT(kind == timer::TimerKind::kReassembly);
  on_reassembly_timer(ctx, parts_, index);
}

}  // namespace tapstack::net
