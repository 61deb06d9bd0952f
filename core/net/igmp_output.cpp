#include "net/igmp_output.h"

#include <algorithm>
#include <array>

#include "net/egress.h"
#include "util/checksum.h"
#include "wire/igmp.h"
#include "wire/ip4.h"
#include "wire/ip4_options.h"

namespace tapstack::net {
namespace {

constexpr uint8_t kTos = 0xc0;  // RFC 3376 4: Internetwork Control
constexpr uint8_t kTtl = 1;
constexpr std::array<uint8_t, 4> kRouterAlert{wire::ip4_option::kRouterAlert, 4, 0, 0};
constexpr uint8_t kHeaderBytes = wire::Ip4View::kHeaderBytesMin + kRouterAlert.size();

Ip4Address source_of(const link::Interface& interface) {
  for (const link::InterfaceAddress& own : interface.addresses()) {
    if (own.is_assigned() && own.address().is_ip4()) return own.address().ip4();
  }
  return Ip4Address::any();
}

bool put_header(Context& ctx, mem::Packet& packet, const wire::Ip4Header& header) {
  uint8_t* bytes = ctx.memory.prepend(packet, header.header_bytes);
  if (bytes == nullptr) return false;
  std::copy(kRouterAlert.begin(), kRouterAlert.end(), bytes + wire::Ip4View::kHeaderBytesMin);
  wire::emit({bytes, header.header_bytes}, header);
  return true;
}

}  // namespace

void send_igmp(Context& ctx, Parts& parts, InterfaceId interface, const IgmpMessage& message) {
  const link::Interface* from = parts.interfaces.find(interface);
  mem::PacketPtr packet = ctx.memory.new_packet(mem::Priority::kControl);
  if (from == nullptr || !packet) return ctx.drop(DropReason::kMemoryNoPacket);
  std::array<uint8_t, wire::GroupReportWriter::kBytesMax> bytes;
  const std::span<uint8_t> body(bytes.data(), message.bytes.size());
  std::copy(message.bytes.begin(), message.bytes.end(), body.begin());
  wire::set_igmp_checksum(body);
  if (!ctx.memory.append_copy(packet->chain, body, mem::Priority::kControl)) {
    return ctx.drop(DropReason::kMemoryNoBlock);
  }
  const wire::Ip4Header header{.header_bytes = kHeaderBytes,
                               .type_of_service = kTos,
                               .total_length = static_cast<uint16_t>(body.size() + kHeaderBytes),
                               .dont_fragment = true,
                               .ttl = kTtl,
                               .protocol = wire::ip_protocol::kIgmp,
                               .source = source_of(*from),
                               .destination = message.destination};
  if (!put_header(ctx, *packet, header)) return ctx.drop(DropReason::kMemoryNoBlock);
  mem::PacketInfo& info = packet->info;
  info.interface = interface;
  info.source = header.source;
  info.destination = info.next_hop = header.destination;
  info.protocol = header.protocol;
  info.ttl = header.ttl;
  info.tos = header.type_of_service;
  info.ip_header_bytes = header.header_bytes;
  ctx.counters.count(Mib::kIpOutMcastPkts);
  transmit(ctx, parts, std::move(packet)).ignore();
}

}  // namespace tapstack::net
