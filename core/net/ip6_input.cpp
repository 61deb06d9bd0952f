#include "net/ip6_input.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "net/ip6_extensions.h"
#include "net/ip6_operation.h"
#include "wire/ip6.h"

namespace tapstack::net {
namespace {

using link::Interface;
using wire::Ip6Problem;
using wire::Ip6View;

DropReason reason_for(Ip6Problem problem) {
  switch (problem) {
    case Ip6Problem::kBadVersion:
      return DropReason::kIpBadVersion;
    case Ip6Problem::kBadPayloadLength:
      return DropReason::kIpBadLength;
    default:
      return DropReason::kIpTooShort;
  }
}

// 1. The header is whole (RFC 8200 3). Takes link padding off.
std::optional<Ip6View> check_header(Context& ctx, mem::Packet& packet) {
  const uint32_t present = std::min<uint32_t>(packet.size(), Ip6View::kHeaderBytes);
  const std::span<const uint8_t> bytes(ctx.memory.pull(packet, present), present);
  const Ip6Problem problem = Ip6View::check(bytes, packet.size());
  if (problem != Ip6Problem::kNone) {
    ctx.drop(reason_for(problem));
    ctx.counters.count(problem == Ip6Problem::kBadPayloadLength ? Mib::kIp6InTruncatedPkts
                                                                : Mib::kIp6InHdrErrors);
    return std::nullopt;
  }
  const Ip6View view = *Ip6View::parse(bytes, packet.size());
  ctx.memory.trim_back(packet, packet.size() - Ip6View::kHeaderBytes - view.payload_bytes());
  return view;
}

void count_ecn(Context& ctx, uint8_t traffic_class) {
  static constexpr Mib kByCodepoint[] = {Mib::kIp6InNoECTPkts, Mib::kIp6InECT1Pkts,
                                         Mib::kIp6InECT0Pkts, Mib::kIp6InCEPkts};  // RFC 3168 5
  ctx.counters.count(kByCodepoint[traffic_class & 3]);
}

// RFC 4007 6: addresses that need a zone get that of the link they came over. A packet of our own
// keeps those that it was sent with.
void fill_info(mem::PacketInfo& info, const Interface& interface, const Ip6View& view) {
  const bool is_own = interface.is_loopback;
  info.source = IpAddress(view.source(), is_own ? info.source.zone() : interface.id);
  info.destination = IpAddress(view.destination(), is_own ? info.destination.zone() : interface.id);
  info.ttl = view.hop_limit();
  info.tos = view.traffic_class();
  info.flow_label = view.flow_label();
  info.ip_broadcast = false;
  info.was_fragmented = false;
  info.flags = 0;
}

// 2. RFC 4291 2.5.2, 2.5.3, 2.7: addresses that can be the source of a packet. The unspecified one
// can, of a node that has no address yet, which only ICMPv6 knows what to do with.
std::optional<DropReason> check_source(const Interface& interface, const Ip6Address& source) {
  if (source.is_multicast() || source.is_mapped()) return DropReason::kIpBadSource;
  if (source.is_loopback() && !interface.is_loopback) return DropReason::kIpLoopbackOnWire;
  return std::nullopt;
}

// RFC 4291 2.7: scope 0 is reserved; interface-local groups do not come in from a link.
bool may_be_on_link(const Ip6Address& group) { return group.scope() > Ip6Scope::kInterfaceLocal; }

// 3. Strong host model, as for IPv4 (RFC 8504 15 leaves the choice): an address counts on its own
// interface only, but for what we send to ourselves.
std::optional<DropReason> check_destination(const Parts& parts, const Interface& interface,
                                            const IpAddress& destination) {
  const Ip6Address address = destination.ip6();
  if (address.is_any()) return DropReason::kIpBadDestination;
  bool is_ours = false;
  if (address.is_multicast()) {
    if (!interface.is_loopback && !may_be_on_link(address)) return DropReason::kIpBadDestination;
    is_ours = parts.groups.is_member(interface.id, destination);
  } else if (interface.is_loopback) {
    is_ours = parts.interfaces.owner(destination) != nullptr;
  } else {
    if (address.is_loopback()) return DropReason::kIpLoopbackOnWire;
    is_ours = interface.has_address(destination);
  }
  return is_ours ? std::nullopt : std::optional(DropReason::kIpNotForUs);
}

// 5. Packets without a source, and from one of our own addresses: of ICMPv6 alone, which knows what
// to make of them (duplicate address detection, RFC 4862 5.4).
std::optional<DropReason> check_sender(const Parts& parts, const mem::PacketInfo& info) {
  if (info.protocol == wire::ip_protocol::kIcmp6 || info.interface == link::kLoopback) {
    return std::nullopt;
  }
  if (info.source.is_any()) return DropReason::kIpBadSource;
  if (info.is_own_group) return std::nullopt;
  if (parts.interfaces.owner(info.source) != nullptr) return DropReason::kIpOwnSource;
  return std::nullopt;
}

mem::PacketPtr refuse(Context& ctx, DropReason reason) {
  ctx.drop(reason);
  ctx.counters.count(Mib::kIp6InAddrErrors);
  return {};
}

}  // namespace

mem::PacketPtr ip6_input(Context& ctx, Parts& parts, mem::PacketPtr packet) {
  ctx.counters.count(Mib::kIp6InReceives);
  ctx.counters.count(Mib::kIp6InOctets, packet->size());
  const Interface* interface = parts.interfaces.find(packet->info.interface);
  TAPSTACK_ASSERT(interface != nullptr);
  if (!has_ip6(parts, *interface)) {
    ctx.drop(DropReason::kIp6Disabled);
    ctx.counters.count(Mib::kIp6InDiscards);
    return {};
  }
  const std::optional<Ip6View> view = check_header(ctx, *packet);
  if (!view) return {};
  count_ecn(ctx, view->traffic_class());
  fill_info(packet->info, *interface, *view);
  auto wrong = check_source(*interface, view->source());
  if (!wrong) wrong = check_destination(parts, *interface, packet->info.destination);
  if (wrong) return refuse(ctx, *wrong);
  if (packet->info.destination.is_multicast()) {
    ctx.counters.count(Mib::kIp6InMcastPkts);
    ctx.counters.count(Mib::kIp6InMcastOctets, packet->size());
  }
  packet = ip6_extensions_input(ctx, parts, std::move(packet));  // 4.
  if (!packet) return {};
  wrong = check_sender(parts, packet->info);
  if (wrong) return refuse(ctx, *wrong);
  ctx.counters.count(Mib::kIp6InDelivers);
  return packet;
}

}  // namespace tapstack::net
