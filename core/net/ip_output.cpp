#include "net/ip_output.h"

#include <utility>

#include "net/egress.h"
#include "net/family.h"
#include "net/group_loopback.h"
#include "net/ip4_output.h"
#include "net/ip6_output.h"

namespace tapstack::net {
namespace {

// RFC 791 3.1, Total Length; RFC 8200 3, Payload Length, which does not count the header.
constexpr uint32_t kPacketBytesMax4 = 65535;
constexpr uint32_t kPacketBytesMax6 = 65535 + wire::Ip6View::kHeaderBytes;

uint16_t header_bytes_for(bool is_6, const PacketOptions* options) {
  const uint16_t fixed = is_6 ? wire::Ip6View::kHeaderBytes : wire::Ip4View::kHeaderBytesMin;
  return static_cast<uint16_t>(fixed + (options != nullptr ? options->bytes(is_6) : 0));
}

// What of a packet must fit the path: all of it, or one segment of a superframe.
uint32_t largest_piece(const mem::Packet& packet, const Route& route, uint32_t header_bytes) {
  const mem::Offload& offload = packet.info.offload;
  const bool is_superframe =
      offload.segmentation != mem::Segmentation::kNone && route.can_segment && !route.is_local;
  if (is_superframe) return header_bytes + offload.header_bytes + offload.segment_bytes;
  return packet.size() + header_bytes;
}

// Offload positions count from the packet's first byte, which has moved.
void shift_offload(mem::Offload& offload, uint16_t bytes) {
  if (offload.checksum == mem::ChecksumState::kPartial) {
    offload.checksum_start = static_cast<uint16_t>(offload.checksum_start + bytes);
  }
  if (offload.segmentation != mem::Segmentation::kNone) {
    offload.header_bytes = static_cast<uint16_t>(offload.header_bytes + bytes);
  }
}

void count_request(Context& ctx, const Route& route, uint32_t bytes) {
  const IpAddress& to = route.destination;
  ctx.counters.count(mib_of(to, Mib::kIpOutRequests, Mib::kIp6OutRequests));
  ctx.counters.count(mib_of(to, Mib::kIpOutOctets, Mib::kIp6OutOctets), bytes);
  if (route.is_multicast) {
    ctx.counters.count(mib_of(to, Mib::kIpOutMcastPkts, Mib::kIp6OutMcastPkts));
    if (is_ip6(to)) ctx.counters.count(Mib::kIp6OutMcastOctets, bytes);
  }
  if (route.is_broadcast) ctx.counters.count(Mib::kIpOutBcastPkts);
}

// RFC 1122 3.2.1.7: never 0.
uint8_t hops_for(const Parts& parts, const Route& route, const SendParams& params) {
  if (params.ttl != 0) return params.ttl;
  if (route.is_multicast) return 1;  // RFC 1112 6.1, RFC 3493 5.2
  return is_ip6(route.destination) ? parts.links.at(route.interface).hop_limit
                                   : kConfig.ip_ttl_default;
}

void fill_info(mem::PacketInfo& info, const Route& route, const SendParams& params,
               uint16_t header_bytes) {
  info.interface = route.interface;
  info.source = route.source;
  info.destination = route.destination;
  info.next_hop = route.next_hop;
  info.protocol = params.protocol;
  info.ttl = params.ttl;
  info.tos = params.tos;  // RFC 1122 3.2.1.6
  info.ip_header_bytes = header_bytes;
  info.flags = 0;
}

}  // namespace

Status ip_output(Context& ctx, Parts& parts, mem::PacketPtr packet, const Route& route,
                 const SendParams& asked) {
  const IpAddress& to = route.destination;
  const bool is_6 = is_ip6(to);
  if (!is_6 && !to.is_ip4()) {
    return refuse_output(ctx, to, DropReason::kIpNoRoute, Error::kInvalid);
  }
  count_request(ctx, route, packet->size());
  if (asked.header_included) {
    return is_6 ? ip6_output_with_header(ctx, parts, std::move(packet), route)
                : ip4_output_with_header(ctx, parts, std::move(packet), route);
  }
  const uint16_t header_bytes = header_bytes_for(is_6, asked.options);
  const uint32_t mtu = asked.ignore_path_mtu ? route.interface_mtu_bytes : route.mtu_bytes;
  const uint32_t total = packet->size() + header_bytes;
  const bool fits = largest_piece(*packet, route, header_bytes) <= mtu;
  const bool is_cuttable = packet->info.offload.segmentation == mem::Segmentation::kNone;
  const uint32_t most = is_6 ? kPacketBytesMax6 : kPacketBytesMax4;
  if (total > most || (!fits && (asked.dont_fragment || !is_cuttable))) {
    return refuse_output(ctx, to, DropReason::kIpTooBig, Error::kMessageTooLong);
  }
  SendParams params = asked;
  params.ttl = hops_for(parts, route, asked);
  const uint32_t flow_label = is_6 ? flow_label_for(ctx, parts, *packet, route, params) : 0;
  uint8_t* bytes = ctx.memory.prepend(*packet, header_bytes);
  if (bytes == nullptr) {
    return refuse_output(ctx, to, DropReason::kMemoryNoBlock, Error::kNoBuffers);
  }
  shift_offload(packet->info.offload, header_bytes);
  fill_info(packet->info, route, params, header_bytes);
  if (is_6) {
    emit_ip6_header(*packet, {bytes, header_bytes}, flow_label, asked.options);
    const bool is_whole = asked.dont_fragment || (asked.ignore_path_mtu && fits);
    if (!is_whole) packet->info.flags = kMayFragment;
  } else {
    const bool dont_fragment = asked.dont_fragment || (asked.discover_path_mtu && fits);
    emit_ip4_header(ctx, parts, *packet, {bytes, header_bytes}, {dont_fragment, asked.options});
  }
  if (route.is_multicast || route.is_broadcast) {
    loop_back_to_members(ctx, parts, *packet, route, asked);
    if (asked.stay_on_host) return {};
  }
  return transmit(ctx, parts, std::move(packet));
}

}  // namespace tapstack::net
