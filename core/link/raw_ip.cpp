#include "link/raw_ip.h"

namespace tapstack::link {
namespace {

constexpr uint8_t kVersion4 = 4, kVersion6 = 6;  // the first four bits of a packet (RFC 791, 8200)

Payload refuse(Context& ctx, Interface& interface, DropReason reason) {
  ctx.drop(reason);
  ++interface.counters.in_dropped;
  return Payload::kNone;
}

}  // namespace

Payload raw_ip_input(Context& ctx, Interface& interface, mem::Packet& packet) {
  ++interface.counters.in_frames;
  interface.counters.in_bytes += packet.size();
  if (!interface.settings.is_up) return refuse(ctx, interface, DropReason::kInterfaceDown);
  const uint8_t* first = ctx.memory.pull(packet, 1);
  if (first == nullptr) {
    ++interface.counters.in_errors;
    return refuse(ctx, interface, DropReason::kIpTooShort);
  }
  const uint8_t version = *first >> 4;
  if (version == kVersion6 && !kConfig.ip6) {
    return refuse(ctx, interface, DropReason::kIp6NotSupported);
  }
  if (version != kVersion4 && version != kVersion6) {
    return refuse(ctx, interface, DropReason::kIpBadVersion);
  }
  packet.info.interface = interface.id;
  return version == kVersion6 ? Payload::kIp6 : Payload::kIp4;
}

}  // namespace tapstack::link
