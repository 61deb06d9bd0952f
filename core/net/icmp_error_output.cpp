#include "net/icmp_error_output.h"

#include <algorithm>
#include <array>
#include <utility>

#include "net/family.h"
#include "net/icmp4_error.h"
#include "net/icmp6_error.h"
#include "net/icmp_counters.h"
#include "net/ip_output.h"
#include "net/route_lookup.h"
#include "wire/ip4.h"
#include "wire/ip6.h"
#include "wire/pseudo_header.h"

namespace tapstack::net {
namespace {

// As much of the offending packet as fits a message of 576 bytes (RFC 1812 4.3.2.3), or of IPv6's
// minimum MTU (RFC 4443 2.4 (c)).
constexpr uint32_t kQuoteBytesMax4 = 576 - wire::Ip4View::kHeaderBytesMin - wire::kIcmpHeaderBytes;
constexpr uint32_t kQuoteBytesMax6 = 1280 - wire::Ip6View::kHeaderBytes - wire::kIcmpHeaderBytes;
constexpr uint32_t kQuoteBytesMax = kConfig.ip6 ? kQuoteBytesMax6 : kQuoteBytesMax4;

// RFC 1812 4.3.2.5: precedence of errors is INTERNETWORK CONTROL. RFC 4443 asks for none.
constexpr uint8_t kErrorTos4 = 0xc0;
// RFC 4443 names none. As the nodes of the IPv6 Ready core tests have it; the sender may be farther
// away than what this link's routers advertise. Linux has that of all packets, 64.
constexpr uint8_t kErrorHopLimit6 = 255;

bool may_report(Context& ctx, const Parts& parts, const mem::Packet& offending,
                const wire::IcmpHeader& header) {
  return is_ip6(offending.info.source) ? may_report6(ctx, offending, header)
                                       : may_report4(ctx, parts, offending);
}

// A copy of the first bytes of `offending`.
mem::PacketPtr quote(Context& ctx, const mem::Packet& offending, uint32_t bytes_max) {
  mem::PacketPtr message = ctx.memory.new_packet(mem::Priority::kControl);
  const uint32_t n = std::min(offending.size(), bytes_max);
  if (!message || !ctx.memory.new_chain(n, message->chain, mem::Priority::kControl)) return {};
  std::array<mem::Bytes, kQuoteBytesMax / kConfig.block_bytes + 1> spans;
  const size_t used = ctx.memory.chain_writable(message->chain, spans);
  uint32_t copied = 0;
  for (size_t i = 0; i < used; ++i) {
    ctx.memory.copy_out(offending, copied, spans[i]);
    copied += static_cast<uint32_t>(spans[i].size());
  }
  return message;
}

mem::PacketPtr compose(Context& ctx, const mem::Packet& offending, const wire::IcmpHeader& header,
                       const Route& route) {
  const bool is_6 = is_ip6(route.destination);
  mem::PacketPtr message = quote(ctx, offending, is_6 ? kQuoteBytesMax6 : kQuoteBytesMax4);
  if (!message) return {};
  uint8_t* bytes = ctx.memory.prepend(*message, wire::kIcmpHeaderBytes);
  wire::emit({bytes, wire::kIcmpHeaderBytes}, header);
  ChecksumSum sum;
  if (is_6) {
    sum = wire::pseudo_header_sum(route.source, route.destination, wire::ip_protocol::kIcmp6,
                                  message->size());
  }
  sum.add_word(ctx.memory.sum(*message, 0, message->size()));
  wire::IcmpEditor({bytes, wire::kIcmpHeaderBytes}).set_checksum(sum.checksum());
  return message;
}

}  // namespace

void send_icmp_error(Context& ctx, Parts& parts, const mem::Packet& offending,
                     const wire::IcmpHeader& header, ErrorCause cause) {
  if (!may_report(ctx, parts, offending, header)) {
    ctx.drop(DropReason::kIcmpErrorForbidden);
    return;
  }
  // Our own address as it was addressed, if it was; else the one that routing chooses (RFC 4443
  // 2.2).
  const mem::PacketInfo& info = offending.info;
  const bool is_own = cause == ErrorCause::kOwn;
  const bool is_to_us = parts.interfaces.owner(info.destination) != nullptr;
  const IpAddress source = is_own ? info.source : is_to_us ? info.destination : IpAddress();
  const auto route = find_route(parts, {info.source, source, InterfaceId{}}, ctx.now);
  if (!route.ok()) {
    ctx.drop(DropReason::kIpNoRoute);
    return;
  }
  const bool is_6 = is_ip6(info.source);
  // As Linux: what stays on this host costs nobody else anything.
  const bool is_at_home =
      is_own || info.source.is_loopback() || parts.interfaces.owner(info.source) != nullptr;
  if (!is_at_home && !parts.icmp_limiter.take(ctx.now)) {
    ctx.drop(DropReason::kIcmpErrorRateLimited);
    ctx.counters.count(is_6 ? Mib::kIcmp6OutRateLimitHost : Mib::kIcmpOutRateLimitGlobal);
    return;
  }
  mem::PacketPtr message = compose(ctx, offending, header, *route);
  if (!message) {
    ctx.drop(DropReason::kMemoryNoBlock);
    ctx.counters.count(is_6 ? Mib::kIcmp6OutErrors : Mib::kIcmpOutErrors);
    return;
  }
  SendParams params;
  if (is_6) {
    count_icmp6_out(ctx, header.type);
    params.protocol = wire::ip_protocol::kIcmp6;
    params.ttl = kErrorHopLimit6;
  } else {
    count_icmp4_out(ctx, header.type);
    params.protocol = wire::ip_protocol::kIcmp;
    params.tos = kErrorTos4;
  }
  ip_output(ctx, parts, std::move(message), *route, params).ignore();
}

}  // namespace tapstack::net
