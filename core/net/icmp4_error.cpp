#include "net/icmp4_error.h"

#include <algorithm>
#include <array>
#include <utility>

#include "net/ip4_output.h"
#include "net/route_lookup.h"
#include "wire/ip4.h"

namespace tapstack::net {
namespace {

using wire::Icmp4View;
using wire::Ip4View;

// RFC 1812 4.3.2.3: as much of the offending packet as fits a message of 576 bytes.
constexpr uint32_t kMessageBytesMax = 576;
constexpr uint32_t kQuoteBytesMax =
    kMessageBytesMax - Ip4View::kHeaderBytesMin - Icmp4View::kHeaderBytes;
// RFC 1812 4.3.2.5: precedence of errors is INTERNETWORK CONTROL.
constexpr uint8_t kErrorTos = 0xc0;

bool is_one_host(const Parts& parts, const mem::PacketInfo& info) {
  if (!info.source.is_ip4()) return false;
  const Ip4Address source = info.source.ip4();
  if (source.is_this_network() || source.is_multicast() || source.is_reserved()) return false;
  const link::Interface* interface = parts.interfaces.find(info.interface);
  return interface != nullptr && !interface->is_broadcast(source) && !source.is_limited_broadcast();
}

// Whether the offending packet is an ICMP message other than a query.
bool is_icmp_error(Context& ctx, const mem::Packet& offending) {
  if (offending.info.protocol != wire::ip_protocol::kIcmp) return false;
  std::array<uint8_t, Icmp4View::kHeaderBytes> bytes;
  if (offending.size() < offending.info.ip_header_bytes + bytes.size()) return true;
  ctx.memory.copy_out(offending, offending.info.ip_header_bytes, bytes);
  return Icmp4View::parse(bytes)->is_error();
}

bool is_later_fragment(Context& ctx, const mem::Packet& offending) {
  std::array<uint8_t, Ip4View::kHeaderBytesMin> bytes;
  if (offending.size() < bytes.size()) return true;
  ctx.memory.copy_out(offending, 0, bytes);
  // Options are not looked at: the fixed part alone counts as a header here.
  bytes[0] = 0x45;
  const auto view = Ip4View::parse_quoted(bytes);
  return !view || view->fragment_offset_bytes() != 0;
}

bool is_allowed(Context& ctx, const Parts& parts, const mem::Packet& offending) {
  const mem::PacketInfo& info = offending.info;
  return !info.link_broadcast && !info.link_multicast && !info.ip_broadcast &&
         !info.destination.is_multicast() && is_one_host(parts, info) &&
         !is_later_fragment(ctx, offending) && !is_icmp_error(ctx, offending);
}

mem::PacketPtr compose(Context& ctx, const mem::Packet& offending,
                       const wire::Icmp4Header& header) {
  mem::PacketPtr message = ctx.memory.new_packet(mem::Priority::kControl);
  const uint32_t n = std::min(offending.size(), kQuoteBytesMax);
  if (!message || !ctx.memory.new_chain(n, message->chain, mem::Priority::kControl)) return {};
  std::array<mem::Bytes, kQuoteBytesMax / kConfig.block_bytes + 1> spans;
  const size_t used = ctx.memory.chain_writable(message->chain, spans);
  uint32_t copied = 0;
  for (size_t i = 0; i < used; ++i) {
    ctx.memory.copy_out(offending, copied, spans[i]);
    copied += static_cast<uint32_t>(spans[i].size());
  }
  uint8_t* bytes = ctx.memory.prepend(*message, Icmp4View::kHeaderBytes);
  wire::emit({bytes, Icmp4View::kHeaderBytes}, header);
  const uint16_t sum = ctx.memory.sum(*message, 0, message->size());
  wire::Icmp4Editor({bytes, Icmp4View::kHeaderBytes}).set_checksum(static_cast<uint16_t>(~sum));
  return message;
}

void count(Context& ctx, wire::Icmp4Type type) {
  ctx.counters.count(Mib::kIcmpOutMsgs);
  if (type == wire::Icmp4Type::kDestinationUnreachable) {
    ctx.counters.count(Mib::kIcmpOutDestUnreachs);
  } else if (type == wire::Icmp4Type::kTimeExceeded) {
    ctx.counters.count(Mib::kIcmpOutTimeExcds);
  } else if (type == wire::Icmp4Type::kParameterProblem) {
    ctx.counters.count(Mib::kIcmpOutParmProbs);
  }
}

}  // namespace

void send_icmp4_error(Context& ctx, Parts& parts, const mem::Packet& offending,
                      const wire::Icmp4Header& header, ErrorCause cause) {
  if (!is_allowed(ctx, parts, offending)) {
    ctx.drop(DropReason::kIcmp4ErrorForbidden);
    return;
  }
  // Our own address as it was addressed, if it was; else the one that routing chooses.
  const mem::PacketInfo& info = offending.info;
  const bool is_own = cause == ErrorCause::kOwn;
  const bool is_to_us = parts.interfaces.owner(info.destination) != nullptr;
  const IpAddress source = is_own ? info.source : is_to_us ? info.destination : IpAddress();
  const auto route = find_route(parts, {info.source, source, InterfaceId{}}, ctx.now);
  if (!route.ok()) {
    ctx.drop(DropReason::kIp4NoRoute);
    return;
  }
  if (!is_own && !parts.icmp_limiter.take(ctx.now)) {
    ctx.drop(DropReason::kIcmp4ErrorRateLimited);
    ctx.counters.count(Mib::kIcmpOutRateLimitGlobal);
    return;
  }
  mem::PacketPtr message = compose(ctx, offending, header);
  if (!message) {
    ctx.drop(DropReason::kMemoryNoBlock);
    ctx.counters.count(Mib::kIcmpOutErrors);
    return;
  }
  count(ctx, header.type);
  SendParams params;
  params.protocol = wire::ip_protocol::kIcmp;
  params.tos = kErrorTos;
  ip4_output(ctx, parts, std::move(message), *route, params).ignore();
}

}  // namespace tapstack::net
