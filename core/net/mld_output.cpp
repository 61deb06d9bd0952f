#include "net/mld_output.h"

#include <algorithm>
#include <array>

#include "net/egress.h"
#include "wire/ip6.h"
#include "wire/mld.h"
#include "wire/pseudo_header.h"

namespace tapstack::net {
namespace {

constexpr uint8_t kHopLimit = 1;
// Hop-by-Hop Options: Router Alert of value 0 (RFC 2711 2.1), padded with PadN to eight octets.
constexpr std::array<uint8_t, 8> kRouterAlert{
    wire::ip_protocol::kIcmp6, 0, /* Router Alert */ 5, 2, 0, 0, /* PadN */ 1, 0};
constexpr uint16_t kHeaderBytes = wire::Ip6View::kHeaderBytes + kRouterAlert.size();

Ip6Address source_of(const link::Interface& interface) {
  for (const link::InterfaceAddress& own : interface.addresses()) {
    if (own.is_assigned() && own.address().is_ip6() && own.address().is_link_local()) {
      return own.address().ip6();
    }
  }
  return Ip6Address::any();
}

void set_checksum(std::span<uint8_t> message, const wire::Ip6Header& header) {
  ChecksumSum sum =
      wire::pseudo_header_sum(header.source, header.destination, wire::ip_protocol::kIcmp6,
                              static_cast<uint32_t>(message.size()));
  sum.add(message);
  wire::set_mld_checksum(message, sum.checksum());
}

bool put_headers(Context& ctx, mem::Packet& packet, const wire::Ip6Header& header) {
  uint8_t* bytes = ctx.memory.prepend(packet, kHeaderBytes);
  if (bytes == nullptr) return false;
  wire::emit({bytes, wire::Ip6View::kHeaderBytes}, header);
  std::copy(kRouterAlert.begin(), kRouterAlert.end(), bytes + wire::Ip6View::kHeaderBytes);
  return true;
}

}  // namespace

void send_mld(Context& ctx, Parts& parts, InterfaceId interface, const MldMessage& message) {
  const link::Interface* from = parts.interfaces.find(interface);
  mem::PacketPtr packet = ctx.memory.new_packet(mem::Priority::kControl);
  if (from == nullptr || !packet) return ctx.drop(DropReason::kMemoryNoPacket);
  const wire::Ip6Header header{
      .payload_bytes = static_cast<uint16_t>(message.bytes.size() + kRouterAlert.size()),
      .next_header = wire::ip_protocol::kHopByHop,
      .hop_limit = kHopLimit,
      .source = source_of(*from),
      .destination = message.destination};
  std::array<uint8_t, wire::GroupReportWriter::kBytesMax> bytes;
  const std::span<uint8_t> body(bytes.data(), message.bytes.size());
  std::copy(message.bytes.begin(), message.bytes.end(), body.begin());
  set_checksum(body, header);
  if (!ctx.memory.append_copy(packet->chain, body, mem::Priority::kControl) ||
      !put_headers(ctx, *packet, header)) {
    return ctx.drop(DropReason::kMemoryNoBlock);
  }
  mem::PacketInfo& info = packet->info;
  info.interface = interface;
  info.source = IpAddress(header.source, interface);
  info.destination = info.next_hop = IpAddress(header.destination, interface);
  info.protocol = wire::ip_protocol::kIcmp6;
  info.ttl = header.hop_limit;
  info.ip_header_bytes = kHeaderBytes;
  transmit(ctx, parts, std::move(packet)).ignore();
}

}  // namespace tapstack::net
