#include "transport/tcp/segment_builder.h"

#include "wire/ip4.h"
#include "wire/pseudo_header.h"
#include "wire/tcp.h"

namespace tapstack::transport::tcp {
namespace {

// RFC 9293 3.1, MUST-2. The checksum field holds the pseudo header's sum; the device, or
// Network::send(), completes it.
void describe_offload(const Outgoing& out, const net::Route& route, uint32_t header_bytes,
                      mem::Offload& offload) {
  offload = mem::Offload{};
  offload.checksum = mem::ChecksumState::kPartial;
  offload.checksum_start = 0;
  offload.checksum_offset = wire::TcpView::kChecksumOffset;
  offload.header_bytes = static_cast<uint16_t>(header_bytes);
  if (out.segment_bytes == 0) return;
  offload.segmentation =
      route.source.is_ip6() ? mem::Segmentation::kTcp6 : mem::Segmentation::kTcp4;
  offload.segment_bytes = out.segment_bytes;
  offload.ecn = out.flags.cwr();
}

bool emit_header(Context& ctx, mem::Packet& packet, const Outgoing& out, const net::Route& route) {
  const size_t options_bytes = out.options.size_bytes();
  const auto header_bytes = static_cast<uint32_t>(wire::TcpView::kHeaderBytesMin + options_bytes);
  uint8_t* at = ctx.memory.prepend(packet, header_bytes);
  if (at == nullptr) return false;
  wire::TcpHeader h;
  h.source = out.flow.local.port;
  h.destination = out.flow.remote.port;
  h.sequence_number = out.seq.value();
  h.acknowledgment_number = out.flags.ack() ? out.ack.value() : 0;
  h.header_bytes = static_cast<uint8_t>(header_bytes);
  h.flags = out.flags;
  h.window = out.wnd;
  h.urgent_pointer = out.urgent;
  h.checksum = wire::pseudo_header_sum(out.flow.local.address, out.flow.remote.address,
                                       wire::ip_protocol::kTcp, packet.size())
                   .folded();
  wire::emit({at, header_bytes}, h);
  wire::emit({at + wire::TcpView::kHeaderBytesMin, options_bytes}, out.options);
  describe_offload(out, route, header_bytes, packet.info.offload);
  return true;
}

}  // namespace

Status transmit(Context& ctx, net::Network& network, Outgoing& out, const net::Route& route,
                const IpSettings& ip) {
  mem::PacketPtr packet = ctx.memory.new_packet(mem::Priority::kControl);
  if (!packet) {
    ctx.memory.free_chain(out.text);
    ctx.drop(DropReason::kTcpOutputNoMemory);
    return Error::kNoBuffers;
  }
  const uint32_t segments = segments_of(out);
  packet->chain = out.text;
  out.text = mem::Chain{};
  if (!emit_header(ctx, *packet, out, route)) {
    ctx.drop(DropReason::kTcpOutputNoMemory);
    return Error::kNoBuffers;
  }
  ctx.counters.count(Mib::kTcpOutSegs, segments);
  net::SendParams params;
  params.protocol = wire::ip_protocol::kTcp;
  params.ttl = ip.ttl;
  params.tos = ip.tos;
  if (out.is_ecn_capable) params.tos |= static_cast<uint8_t>(wire::EcnCodepoint::kEct0);
  params.dont_fragment = ip.dont_fragment;
  params.auto_flow_label = ip.auto_flow_label;
  return network.send(ctx, std::move(packet), route, params);
}

}  // namespace tapstack::transport::tcp
