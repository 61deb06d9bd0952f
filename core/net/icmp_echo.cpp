#include "net/icmp_echo.h"

#include <algorithm>
#include <utility>

#include "net/checksum_offload.h"
#include "net/family.h"
#include "net/icmp_counters.h"
#include "net/ip_output.h"
#include "net/route_lookup.h"
#include "wire/icmp4.h"
#include "wire/icmp6.h"
#include "wire/ip4_options.h"
#include "wire/ip_protocol.h"
#include "wire/pseudo_header.h"

namespace tapstack::net {
namespace {

// RFC 1122 3.2.2.6: a request to a group MAY be silently discarded, and is: smurf. RFC 4443 4.2:
// one to a group SHOULD be answered.
bool may_answer(const mem::PacketInfo& info) {
  if (is_ip6(info.destination)) return !info.source.is_any();
  return !info.ip_broadcast && !info.link_broadcast && !info.destination.is_multicast();
}

uint16_t address_sum(const IpAddress& a, const IpAddress& b) {
  return wire::pseudo_header_sum(a, b, 0, 0).folded();
}

// The reply's source is the request's destination, or for a group one of our addresses.
Result<Route> route_back(Context& ctx, const Parts& parts, const mem::PacketInfo& info) {
  const bool is_to_group = info.destination.is_multicast();
  const IpAddress source = is_to_group ? IpAddress() : info.destination;
  const InterfaceId bound = is_to_group ? info.interface : InterfaceId {};
  return find_route(parts, {info.source, source, bound}, ctx.now);
}

// Data is returned whole. IPv6's checksum covers the addresses: swapped, they sum to the same, but
// for a request to a group.
mem::PacketPtr compose(Context& ctx, const mem::Packet& request, const Route& route) {
  const mem::PacketInfo& info = request.info;
  mem::PacketPtr reply = ctx.memory.clone(request, mem::Priority::kControl);
  if (!reply) return {};
  ctx.memory.trim_front(*reply, info.ip_header_bytes);
  uint8_t* bytes = own_front(ctx, *reply, wire::kIcmpHeaderBytes);
  if (bytes == nullptr) return {};
  wire::IcmpEditor editor({bytes, wire::kIcmpHeaderBytes});
  if (is_ip6(info.destination)) {
    editor.change_type(static_cast<uint8_t>(wire::Icmp6Type::kEchoReply));
    if (route.source != info.destination) {
      editor.replace_sum(address_sum(info.source, info.destination),
                         address_sum(route.source, route.destination));
    }
  } else {
    editor.change_type(static_cast<uint8_t>(wire::Icmp4Type::kEchoReply));
  }
  reply->info = mem::PacketInfo{};
  return reply;
}

// RFC 1122 3.2.2.6: Record Route and Timestamp of the request SHOULD come back with this host in
// them, which whoever writes the header adds. Source routes do not get here (net/ip4_input).
PacketOptions options_to_return(const Context& ctx, const mem::Packet& request) {
  uint8_t bytes[PacketOptions::kIp4BytesMax];
  const size_t present = request.info.ip_header_bytes - size_t{wire::Ip4View::kHeaderBytesMin};
  ctx.memory.copy_out(request, wire::Ip4View::kHeaderBytesMin, {bytes, present});
  uint8_t kept[PacketOptions::kIp4BytesMax];
  size_t kept_bytes = 0;
  for (wire::Ip4OptionWalk walk({bytes, present}); const auto option = walk.next();) {
    const bool is_record = option->type == wire::ip4_option::kRecordRoute ||
                           option->type == wire::ip4_option::kTimestamp;
    if (!is_record) continue;
    std::copy(option->bytes.begin(), option->bytes.end(), kept + kept_bytes);
    kept_bytes += option->bytes.size();
  }
  PacketOptions options;
  options.set(PacketHeader::kIp4Options, {kept, kept_bytes}).ignore();  // malformed ones: none
  return options;
}

}  // namespace

void answer_echo(Context& ctx, Parts& parts, const mem::Packet& request) {
  const mem::PacketInfo& info = request.info;
  if (!may_answer(info)) {
    ctx.drop(DropReason::kIcmpEchoRefused);
    return;
  }
  const auto route = route_back(ctx, parts, info);
  if (!route.ok()) {
    ctx.drop(DropReason::kIpNoRoute);
    return;
  }
  mem::PacketPtr reply = compose(ctx, request, *route);
  if (!reply) {
    ctx.drop(DropReason::kIcmpEchoNoMemory);
    return;
  }
  SendParams params;
  PacketOptions options;
  if (is_ip6(info.destination)) {
    params.protocol = wire::ip_protocol::kIcmp6;
    count_icmp6_out(ctx, static_cast<uint8_t>(wire::Icmp6Type::kEchoReply));
  } else {
    params.tos = info.tos;  // RFC 1349 5.1. RFC 4443 asks for no traffic class: the default then.
    params.protocol = wire::ip_protocol::kIcmp;
    if (info.ip_header_bytes > wire::Ip4View::kHeaderBytesMin) {
      options = options_to_return(ctx, request);
      params.options = &options;
    }
    count_icmp4_out(ctx, static_cast<uint8_t>(wire::Icmp4Type::kEchoReply));
  }
  ip_output(ctx, parts, std::move(reply), *route, params).ignore();
}

}  // namespace tapstack::net
