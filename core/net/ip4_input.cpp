#include "net/ip4_input.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "net/checksum_offload.h"
#include "net/icmp_error_output.h"
#include "wire/icmp4.h"
#include "wire/ip4.h"
#include "wire/ip4_options.h"

namespace tapstack::net {
namespace {

using link::Interface;
using wire::Icmp4Header;
using wire::Ip4Problem;
using wire::Ip4View;

DropReason reason_for(Ip4Problem problem) {
  switch (problem) {
    case Ip4Problem::kBadVersion:
      return DropReason::kIpBadVersion;
    case Ip4Problem::kBadHeaderLength:
      return DropReason::kIp4BadHeaderLength;
    case Ip4Problem::kBadTotalLength:
      return DropReason::kIpBadLength;
    default:
      return DropReason::kIpTooShort;
  }
}

// 1. The header is whole and undamaged (RFC 1122 3.2.1.1, 3.2.1.2). Takes link padding off.
std::optional<Ip4View> check_header(Context& ctx, mem::Packet& packet) {
  const uint32_t present = std::min<uint32_t>(packet.size(), Ip4View::kHeaderBytesMax);
  const std::span<const uint8_t> bytes(ctx.memory.pull(packet, present), present);
  const Ip4Problem problem = Ip4View::check(bytes, packet.size());
  if (problem != Ip4Problem::kNone) {
    ctx.drop(reason_for(problem));
    ctx.counters.count(problem == Ip4Problem::kBadTotalLength ? Mib::kIpInTruncatedPkts
                                                              : Mib::kIpInHdrErrors);
    return std::nullopt;
  }
  const Ip4View view = *Ip4View::parse(bytes, packet.size());
  if (!view.is_checksum_good()) {
    ctx.drop(DropReason::kIp4BadChecksum);
    ctx.counters.count(Mib::kIpInHdrErrors);
    return std::nullopt;
  }
  ctx.memory.trim_back(packet, packet.size() - view.total_length());
  return view;
}

void fill_info(mem::PacketInfo& info, const Interface& interface, const Ip4View& view) {
  info.source = view.source();
  info.destination = view.destination();
  info.protocol = view.protocol();
  info.ttl = view.ttl();
  info.tos = view.type_of_service();
  info.ip_header_bytes = view.header_bytes();
  info.ip_broadcast = interface.is_broadcast(view.destination());
  info.was_fragmented = false;
  info.flags = 0;
}

// 2. RFC 1122 3.2.1.3, 4.1.3.6: addresses that can be the source of a packet from this interface.
std::optional<DropReason> check_source(const Parts& parts, const Interface& interface,
                                       const mem::PacketInfo& info) {
  const Ip4Address source = info.source.ip4();
  if (source.is_this_network() || source.is_multicast() || source.is_reserved() ||
      source.is_limited_broadcast() || interface.is_broadcast(source)) {
    return DropReason::kIpBadSource;
  }
  if (interface.is_loopback) return std::nullopt;
  if (source.is_loopback()) return DropReason::kIpLoopbackOnWire;
  if (info.is_own_group) return std::nullopt;
  if (parts.interfaces.owner(source) != nullptr) return DropReason::kIpOwnSource;
  return std::nullopt;
}

// 3. Strong host model (RFC 1122 3.3.4.2): an address counts on its own interface only, but for
// what we send to ourselves.
std::optional<DropReason> check_destination(const Parts& parts, const Interface& interface,
                                            mem::PacketInfo& info) {
  const Ip4Address destination = info.destination.ip4();
  if (destination.is_this_network() || destination.is_reserved()) {
    return DropReason::kIpBadDestination;
  }
  if (interface.is_loopback) {
    return parts.interfaces.owner(destination) != nullptr ? std::nullopt
                                                          : std::optional(DropReason::kIpNotForUs);
  }
  if (destination.is_loopback()) return DropReason::kIpLoopbackOnWire;
  if (info.ip_broadcast) return std::nullopt;
  if (destination.is_multicast()) {
    return parts.groups.is_member(interface.id, destination)
               ? std::nullopt
               : std::optional(DropReason::kIpNotForUs);
  }
  if (!interface.has_address(destination)) {
    const bool is_offer = interface.is_configuring && !info.link_broadcast &&
                          !info.link_multicast && info.protocol == wire::ip_protocol::kUdp;
    if (!is_offer) return DropReason::kIpNotForUs;
    info.ip_broadcast = true;  // whoever is bound gets it, nobody objects to it
    return std::nullopt;
  }
  // RFC 1122 3.3.6: "SHOULD silently discard a datagram that is received via a link-layer broadcast
  // but does not specify an IP multicast or broadcast destination address".
  if (info.link_broadcast || info.link_multicast) return DropReason::kIp4LinkBroadcastUnicast;
  return std::nullopt;
}

// 4. RFC 1122 3.2.1.8, RFC 9293 MUST-50: options are walked; unknown ones are ignored; packets with
// a source route are refused (RFC 7126 4.3), which RFC 1122 3.3.5 allows to be reported.
bool check_options(Context& ctx, Parts& parts, const mem::Packet& packet, const Ip4View& view) {
  wire::Ip4OptionWalk walk(view.options());
  while (const auto option = walk.next()) {
    if (!option->is_source_route()) continue;
    ctx.drop(DropReason::kIp4SourceRoute);
    send_icmp_error(ctx, parts, packet,
                    Icmp4Header::unreachable(wire::icmp4_unreachable::kSourceRouteFailed));
    return false;
  }
  if (!walk.is_malformed()) return true;
  ctx.drop(DropReason::kIp4BadOption);
  ctx.counters.count(Mib::kIpInHdrErrors);
  send_icmp_error(
      ctx, parts, packet,
      Icmp4Header::parameter_problem(wire::icmp4_parameter_problem::kPointer, walk.offset()));
  return false;
}

// 5. RFC 1122 3.3.2: reassembly. The header then describes the whole datagram.
mem::PacketPtr reassemble(Context& ctx, Parts& parts, mem::PacketPtr packet, const Ip4View& view) {
  const ReassemblyKey key{view.source(), view.destination(), view.identification(),
                          packet->info.interface, view.protocol()};
  const FragmentRange range{view.fragment_offset_bytes(), view.more_fragments()};
  mem::PacketPtr whole = parts.reassembly.add(ctx, key, range, std::move(packet));
  if (!whole) return {};
  const uint32_t header_bytes = whole->info.ip_header_bytes;
  uint8_t* bytes = own_front(ctx, *whole, header_bytes);
  TAPSTACK_ASSERT(bytes != nullptr);
  wire::Ip4Editor editor({bytes, header_bytes});
  editor.set_total_length(static_cast<uint16_t>(whole->size()));
  editor.set_type_of_service(whole->info.tos);
  editor.set_fragment(false, false, 0);
  editor.update_checksum();
  return whole;
}

}  // namespace

mem::PacketPtr ip4_input(Context& ctx, Parts& parts, mem::PacketPtr packet) {
  ctx.counters.count(Mib::kIpInReceives);
  ctx.counters.count(Mib::kIpInOctets, packet->size());
  const Interface* interface = parts.interfaces.find(packet->info.interface);
  TAPSTACK_ASSERT(interface != nullptr);
  const std::optional<Ip4View> view = check_header(ctx, *packet);
  if (!view) return {};
  mem::PacketInfo& info = packet->info;
  fill_info(info, *interface, *view);
  auto wrong = check_source(parts, *interface, info);
  if (!wrong) wrong = check_destination(parts, *interface, info);
  if (wrong) {
    ctx.drop(*wrong);
    ctx.counters.count(Mib::kIpInAddrErrors);
    return {};
  }
  if (info.ip_broadcast) ctx.counters.count(Mib::kIpInBcastPkts);
  if (info.destination.is_multicast()) ctx.counters.count(Mib::kIpInMcastPkts);
  if (view->has_options() && !check_options(ctx, parts, *packet, *view)) return {};
  if (view->is_fragment()) {
    packet = reassemble(ctx, parts, std::move(packet), *view);
    if (!packet) return {};
  }
  ctx.counters.count(Mib::kIpInDelivers);
  return packet;
}

}  // namespace tapstack::net
