#include "net/ip4_output.h"

#include <utility>

#include "net/checksum_offload.h"
#include "net/egress.h"
#include "net/family.h"

namespace tapstack::net {
namespace {

using wire::Ip4View;

void fill_info(mem::PacketInfo& info, const Route& route, const wire::Ip4Header& h) {
  info.interface = route.interface;
  info.source = h.source;
  info.destination = route.destination;
  info.next_hop = route.next_hop;
  info.protocol = h.protocol;
  info.ttl = h.ttl;
  info.tos = h.type_of_service;
  info.ip_header_bytes = h.header_bytes;
  info.offload = {};
}

// RFC 6864 4.1: an atomic datagram (DF set, no fragment) needs no identification of its own.
uint16_t identification_for(Parts& parts, const wire::Ip4Header& h) {
  if (h.dont_fragment) return 0;
  return static_cast<uint16_t>(parts.identification.next(h.source, h.destination, h.protocol));
}

}  // namespace

void emit_ip4_header(const Context& ctx, Parts& parts, const mem::Packet& packet,
                     std::span<uint8_t> header, const Ip4HeaderWishes& wishes) {
  const mem::PacketInfo& info = packet.info;
  if (wishes.options != nullptr) {
    wishes.options->put_ip4(header.subspan(Ip4View::kHeaderBytesMin), info.source.ip4(), ctx.now);
  }
  wire::Ip4Header h{.header_bytes = static_cast<uint8_t>(header.size()),
                    .type_of_service = info.tos,
                    .total_length = static_cast<uint16_t>(packet.size()),
                    .dont_fragment = wishes.dont_fragment,
                    .ttl = info.ttl,
                    .protocol = info.protocol,
                    .source = info.source.ip4(),
                    .destination = info.destination.ip4()};
  h.identification = identification_for(parts, h);
  wire::emit(header, h);
}

Status ip4_output_with_header(Context& ctx, Parts& parts, mem::PacketPtr packet,
                              const Route& route) {
  const IpAddress& to = route.destination;
  const uint32_t size = packet->size();
  if (size < Ip4View::kHeaderBytesMin) {
    return refuse_output(ctx, to, DropReason::kIpTooShort, Error::kInvalid);
  }
  if (size > route.interface_mtu_bytes) {
    return refuse_output(ctx, to, DropReason::kIpTooBig, Error::kMessageTooLong);
  }
  const uint8_t first = *ctx.memory.pull(*packet, 1);
  const uint32_t header_bytes = (first & 0x0fu) * 4;
  if (first >> 4 != 4 || header_bytes < Ip4View::kHeaderBytesMin || header_bytes > size) {
    return refuse_output(ctx, to, DropReason::kIp4BadHeaderLength, Error::kInvalid);
  }
  uint8_t* bytes = own_front(ctx, *packet, header_bytes);
  if (bytes == nullptr) {
    return refuse_output(ctx, to, DropReason::kMemoryNoBlock, Error::kNoBuffers);
  }
  wire::Ip4Editor editor({bytes, header_bytes});
  editor.set_total_length(static_cast<uint16_t>(size));
  const Ip4View view = *Ip4View::parse_quoted({bytes, header_bytes});
  if (view.source().is_any()) editor.set_source(route.source.ip4());
  const wire::Ip4Header h{.header_bytes = view.header_bytes(),
                          .type_of_service = view.type_of_service(),
                          .dont_fragment = view.dont_fragment(),
                          .ttl = view.ttl(),
                          .protocol = view.protocol(),
                          .source = view.source(),
                          .destination = view.destination()};
  if (view.identification() == 0) editor.set_identification(identification_for(parts, h));
  editor.update_checksum();
  fill_info(packet->info, route, h);
  return transmit(ctx, parts, std::move(packet));
}

}  // namespace tapstack::net
