#include "net/group_loopback.h"

#include <utility>

namespace tapstack::net {

void loop_back_to_members(Context& ctx, Parts& parts, const mem::Packet& packet, const Route& route,
                          const SendParams& params) {
  const bool has_members =
      route.is_multicast && parts.groups.is_member(route.interface, route.destination);
  if (!route.is_broadcast && !(has_members && params.loop_to_members)) return;
  mem::PacketPtr copy = ctx.memory.clone(packet, mem::Priority::kData);
  if (!copy) return ctx.drop(DropReason::kMemoryNoPacket);
  // What never leaves this host was not damaged on the way.
  mem::ChecksumState& state = copy->info.offload.checksum;
  if (state == mem::ChecksumState::kUnknown) state = mem::ChecksumState::kVerified;
  parts.interfaces.enqueue(ctx, link::kLoopback, std::move(copy)).ignore();
}

}  // namespace tapstack::net
