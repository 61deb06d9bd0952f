#include "net/ip6_options.h"

#include <algorithm>
#include <array>

#include "net/icmp_error_output.h"
#include "wire/icmp6.h"
#include "wire/ip6_extensions.h"

namespace tapstack::net {
namespace {

namespace ip6_option = wire::ip6_option;
namespace problem = wire::icmp6_parameter_problem;
using wire::Ip6OptionAction;

constexpr uint32_t kOptionsOffset = 2;  // next header and length stand in front

bool drop(Context& ctx, DropReason reason) {
  ctx.drop(reason);
  ctx.counters.count(Mib::kIp6InHdrErrors);
  return false;
}

// RFC 8883 2.3, RFC 8883 2.6: who sent more than the limits of RFC 8504 5.3 allow is told which,
// and where.
bool refuse(Context& ctx, Parts& parts, const mem::Packet& packet, uint8_t code, uint32_t pointer) {
  drop(ctx, DropReason::kIp6OptionLimit);
  send_icmp_error(ctx, parts, packet, wire::Icmp6Header::parameter_problem(code, pointer));
  return false;
}

// Whether the packet goes on in spite of an option that is not known.
bool on_unknown(Context& ctx, Parts& parts, const mem::Packet& packet, uint8_t type,
                uint32_t pointer) {
  const Ip6OptionAction action = wire::action_of(type);
  if (action == Ip6OptionAction::kSkip) return true;
  const bool is_reported =
      action == Ip6OptionAction::kReport ||
      (action == Ip6OptionAction::kReportUnicast && !packet.info.destination.is_multicast());
  drop(ctx, DropReason::kIp6UnknownOption);
  if (is_reported) {
    send_icmp_error(ctx, parts, packet,
                    wire::Icmp6Header::parameter_problem(problem::kOption, pointer));
  }
  return false;
}

}  // namespace

bool obey_ip6_options(Context& ctx, Parts& parts, const mem::Packet& packet,
                      const Ip6OptionsPlace& place) {
  std::array<uint8_t, kConfig.ip6_options_bytes_max> bytes;
  if (place.size > bytes.size()) {
    return refuse(ctx, parts, packet, problem::kHeaderTooBig, place.offset);
  }
  ctx.memory.copy_out(packet, place.offset, {bytes.data(), place.size});
  uint32_t options = 0;
  for (uint32_t at = kOptionsOffset; at < place.size;) {
    const uint8_t type = bytes[at];
    if (type == ip6_option::kPad1) {
      ++at;
      continue;
    }
    const uint32_t end = at + 2 < place.size ? at + 2 + bytes[at + 1] : at + 2;
    if (end > place.size) return drop(ctx, DropReason::kIp6BadExtension);
    if (type != ip6_option::kPadN) {
      if (++options > kConfig.ip6_options_max) {
        return refuse(ctx, parts, packet, problem::kTooManyOptions, place.offset + at);
      }
      // RFC 2711: a router alert is for routers. It asks to be skipped by its type, as all that are
      // skipped do.
      if (!on_unknown(ctx, parts, packet, type, place.offset + at)) return false;
    }
    at = end;
  }
  return true;
}

}  // namespace tapstack::net
