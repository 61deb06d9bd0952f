#include "net/ip4_output.h"

#include <utility>

#include "net/checksum_offload.h"
#include "net/egress.h"
#include "wire/ip4.h"

namespace tapstack::net {
namespace {

using wire::Ip4View;

constexpr uint32_t kPacketBytesMax = 65535;  // RFC 791 3.1, Total Length

Error refuse(Context& ctx, DropReason reason, Error error) {
  ctx.drop(reason);
  ctx.counters.count(Mib::kIpOutDiscards);
  return error;
}

// What of a packet must fit the path: all of it, or one segment of a superframe.
uint32_t largest_piece(const mem::Packet& packet, const Route& route, uint32_t header_bytes) {
  const mem::Offload& offload = packet.info.offload;
  const bool is_superframe =
      offload.segmentation != mem::Segmentation::kNone && route.can_segment && !route.is_local;
  if (is_superframe) return header_bytes + offload.header_bytes + offload.segment_bytes;
  return packet.size() + header_bytes;
}

uint8_t ttl_for(const Route& route, const SendParams& params) {
  if (params.ttl != 0) return params.ttl;
  return route.is_multicast ? 1 : kConfig.ip_ttl_default;
}

void fill_info(mem::PacketInfo& info, const Route& route, const wire::Ip4Header& h) {
  info.interface = route.interface;
  info.source = h.source;
  info.destination = route.destination;
  info.next_hop = route.next_hop;
  info.protocol = h.protocol;
  info.ttl = h.ttl;
  info.tos = h.type_of_service;
  info.ip_header_bytes = h.header_bytes;
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

// RFC 6864 4.1: an atomic datagram (DF set, no fragment) needs no identification of its own.
uint16_t identification_for(Parts& parts, const wire::Ip4Header& h) {
  if (h.dont_fragment) return 0;
  return parts.identification.next(h.source, h.destination, h.protocol);
}

// IP_HDRINCL: length and checksum are always ours, identification and source where they are 0, as
// on Linux (raw(7)).
Status output_with_header(Context& ctx, Parts& parts, mem::PacketPtr packet, const Route& route) {
  const uint32_t size = packet->size();
  if (size < Ip4View::kHeaderBytesMin)
    return refuse(ctx, DropReason::kIp4TooShort, Error::kInvalid);
  if (size > route.interface_mtu_bytes) {
    return refuse(ctx, DropReason::kIp4TooBig, Error::kMessageTooLong);
  }
  const uint8_t first = *ctx.memory.pull(*packet, 1);
  const uint32_t header_bytes = (first & 0x0fu) * 4;
  if (first >> 4 != 4 || header_bytes < Ip4View::kHeaderBytesMin || header_bytes > size) {
    return refuse(ctx, DropReason::kIp4BadHeaderLength, Error::kInvalid);
  }
  uint8_t* bytes = own_front(ctx, *packet, header_bytes);
  if (bytes == nullptr) return refuse(ctx, DropReason::kMemoryNoBlock, Error::kNoBuffers);
  wire::Ip4Editor editor({bytes, header_bytes});
  editor.set_total_length(static_cast<uint16_t>(size));
  const Ip4View view = *Ip4View::parse_quoted({bytes, header_bytes});
  if (view.source().is_any()) editor.set_source(route.source.ip4());
  wire::Ip4Header h{.header_bytes = view.header_bytes(),
                    .type_of_service = view.type_of_service(),
                    .dont_fragment = view.dont_fragment(),
                    .ttl = view.ttl(),
                    .protocol = view.protocol(),
                    .source = view.source(),
                    .destination = view.destination()};
  if (view.identification() == 0) editor.set_identification(identification_for(parts, h));
  editor.update_checksum();
  fill_info(packet->info, route, h);
  packet->info.offload = {};
  return transmit(ctx, parts, std::move(packet));
}

void count_request(Context& ctx, const Route& route, uint32_t bytes) {
  ctx.counters.count(Mib::kIpOutRequests);
  ctx.counters.count(Mib::kIpOutOctets, bytes);
  if (route.is_multicast) ctx.counters.count(Mib::kIpOutMcastPkts);
  if (route.is_broadcast) ctx.counters.count(Mib::kIpOutBcastPkts);
}

}  // namespace

Status ip4_output(Context& ctx, Parts& parts, mem::PacketPtr packet, const Route& route,
                  const SendParams& params) {
  if (!route.destination.is_ip4()) return refuse(ctx, DropReason::kIp4NoRoute, Error::kInvalid);
  count_request(ctx, route, packet->size());
  if (params.header_included) return output_with_header(ctx, parts, std::move(packet), route);
  const uint32_t mtu = params.ignore_path_mtu ? route.interface_mtu_bytes : route.mtu_bytes;
  const uint32_t total = packet->size() + Ip4View::kHeaderBytesMin;
  const bool fits = largest_piece(*packet, route, Ip4View::kHeaderBytesMin) <= mtu;
  const bool is_cuttable = packet->info.offload.segmentation == mem::Segmentation::kNone;
  if (total > kPacketBytesMax || (!fits && (params.dont_fragment || !is_cuttable))) {
    return refuse(ctx, DropReason::kIp4TooBig, Error::kMessageTooLong);
  }
  wire::Ip4Header h{.type_of_service = params.tos,
                    .total_length = static_cast<uint16_t>(total),
                    .dont_fragment = params.dont_fragment || (params.discover_path_mtu && fits),
                    .ttl = ttl_for(route, params),
                    .protocol = params.protocol,
                    .source = route.source.ip4(),
                    .destination = route.destination.ip4()};
  h.identification = identification_for(parts, h);
  uint8_t* bytes = ctx.memory.prepend(*packet, Ip4View::kHeaderBytesMin);
  if (bytes == nullptr) return refuse(ctx, DropReason::kMemoryNoBlock, Error::kNoBuffers);
  wire::emit({bytes, Ip4View::kHeaderBytesMin}, h);
  shift_offload(packet->info.offload, Ip4View::kHeaderBytesMin);
  fill_info(packet->info, route, h);
  return transmit(ctx, parts, std::move(packet));
}

}  // namespace tapstack::net
