#include "net/ip6_output.h"

#include <utility>

#include "net/egress.h"
#include "net/family.h"

namespace tapstack::net {
namespace {

using wire::Ip6View;

bool has_ports(uint8_t protocol) {
  return protocol == wire::ip_protocol::kTcp || protocol == wire::ip_protocol::kUdp ||
         protocol == wire::ip_protocol::kUdpLite;
}

// Source and destination port, the first four bytes of either header.
uint32_t ports_of(Context& ctx, const mem::Packet& packet) {
  uint8_t bytes[4];
  if (packet.size() < sizeof bytes) return 0;
  ctx.memory.copy_out(packet, 0, bytes);
  return load_be32(bytes);
}

}  // namespace

void emit_ip6_header(const mem::Packet& packet, std::span<uint8_t> header, uint32_t flow_label,
                     const PacketOptions* options) {
  const mem::PacketInfo& info = packet.info;
  uint8_t next_header = info.protocol;
  if (options != nullptr) {
    next_header = options->put_ip6(header.subspan(Ip6View::kHeaderBytes), info.protocol);
  }
  const uint32_t payload_bytes = packet.size() - Ip6View::kHeaderBytes;
  wire::emit(header, wire::Ip6Header{.traffic_class = info.tos,
                                     .flow_label = flow_label,
                                     .payload_bytes = static_cast<uint16_t>(payload_bytes),
                                     .next_header = next_header,
                                     .hop_limit = info.ttl,
                                     .source = info.source.ip6(),
                                     .destination = info.destination.ip6()});
}

uint32_t flow_label_for(Context& ctx, const Parts& parts, const mem::Packet& packet,
                        const Route& route, const SendParams& params) {
  if (params.flow_label != 0) return params.flow_label & wire::ip6_field::kFlowLabelMask;
  if (!params.auto_flow_label) return 0;
  const uint32_t ports = has_ports(params.protocol) ? ports_of(ctx, packet) : 0;
  const Endpoint local{route.source, Port{static_cast<uint16_t>(ports >> 16)}};
  const Endpoint remote{route.destination, Port{static_cast<uint16_t>(ports)}};
  const uint64_t hash = siphash(parts.flow_key, local, remote, params.protocol);
  const uint32_t label = static_cast<uint32_t>(hash) & wire::ip6_field::kFlowLabelMask;
  return label != 0 ? label : 1;
}

Status ip6_output_with_header(Context& ctx, Parts& parts, mem::PacketPtr packet,
                              const Route& route) {
  const IpAddress& to = route.destination;
  const uint32_t size = packet->size();
  if (size < Ip6View::kHeaderBytes) {
    return refuse_output(ctx, to, DropReason::kIpTooShort, Error::kInvalid);
  }
  if (size > route.interface_mtu_bytes) {
    return refuse_output(ctx, to, DropReason::kIpTooBig, Error::kMessageTooLong);
  }
  const uint8_t* bytes = ctx.memory.pull(*packet, Ip6View::kHeaderBytes);
  const auto view = Ip6View::parse_quoted({bytes, Ip6View::kHeaderBytes});
  if (!view) return refuse_output(ctx, to, DropReason::kIpBadVersion, Error::kInvalid);
  mem::PacketInfo& info = packet->info;
  info.interface = route.interface;
  info.source = IpAddress(view->source(), route.interface);
  info.destination = to;
  info.next_hop = route.next_hop;
  info.protocol = view->next_header();
  info.ttl = view->hop_limit();
  info.tos = view->traffic_class();
  info.ip_header_bytes = Ip6View::kHeaderBytes;
  info.flags = 0;
  info.offload = {};
  return transmit(ctx, parts, std::move(packet));
}

}  // namespace tapstack::net
