#include "net/icmp6_error.h"

#include "net/ip6_header_walk.h"
#include "wire/icmp6.h"

namespace tapstack::net {
namespace {

using wire::Icmp6Type;

// RFC 4443 2.4 (e.3): these go out about packets to groups too.
bool is_for_groups(const wire::IcmpHeader& header) {
  if (header.type == static_cast<uint8_t>(Icmp6Type::kPacketTooBig)) return true;
  return header.type == static_cast<uint8_t>(Icmp6Type::kParameterProblem) &&
         header.code == wire::icmp6_parameter_problem::kOption;
}

// (e.1), (e.2): whether the offending packet carries an ICMPv6 error or a redirect. One whose type
// does not show counts as an error.
bool is_icmp_error(Context& ctx, const mem::Packet& offending) {
  Ip6HeaderWalk walk(ctx, offending);
  if (!walk.to_upper_layer() || walk.next_header() != wire::ip_protocol::kIcmp6) return false;
  uint8_t type = 0;
  if (walk.offset() >= offending.size()) return true;
  ctx.memory.copy_out(offending, walk.offset(), {&type, 1});
  return type < wire::Icmp6View::kInformational ||
         type == static_cast<uint8_t>(Icmp6Type::kRedirect);
}

}  // namespace

bool may_report6(Context& ctx, const mem::Packet& offending, const wire::IcmpHeader& header) {
  const mem::PacketInfo& info = offending.info;
  const bool is_to_group =
      info.destination.is_multicast() || info.link_multicast || info.link_broadcast;
  // (e.6): a source that does not identify one node.
  const bool is_from_one =
      info.source.is_ip6() && !info.source.is_any() && !info.source.is_multicast();
  return is_from_one && (!is_to_group || is_for_groups(header)) && !is_icmp_error(ctx, offending);
}

}  // namespace tapstack::net
