#include "net/icmp4_error.h"

#include <array>

#include "wire/icmp4.h"
#include "wire/ip4.h"

namespace tapstack::net {
namespace {

using wire::Icmp4View;
using wire::Ip4View;

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

}  // namespace

bool may_report4(Context& ctx, const Parts& parts, const mem::Packet& offending) {
  const mem::PacketInfo& info = offending.info;
  return !info.link_broadcast && !info.link_multicast && !info.ip_broadcast &&
         !info.destination.is_multicast() && is_one_host(parts, info) &&
         !is_later_fragment(ctx, offending) && !is_icmp_error(ctx, offending);
}

}  // namespace tapstack::net
