#include "api/packet_sockets.h"

#include "stack/call.h"

namespace tapstack::api {

Result<SocketId> open_packet(Stack& stack, Instant now, bool is_cooked, uint16_t protocol) {
  return socket::open_packet(Call(stack, now), is_cooked, protocol);
}

Status bind_packet(Stack& stack, Instant now, SocketId id, const PacketBinding& binding) {
  return socket::bind_packet(Call(stack, now), id, binding);
}

Result<PacketName> packet_name(const Stack& stack, SocketId id) {
  return socket::packet_name(stack.view(), id);
}

Result<size_t> send_frame(Stack& stack, Instant now, SocketId id, std::span<const ConstBytes> parts,
                          const FrameTarget& target) {
  return socket::send_frame(Call(stack, now), id, parts, target);
}

Result<size_t> receive_frame(Stack& stack, Instant now, SocketId id, std::span<const Bytes> parts,
                             bool peek, FrameInfo* info) {
  return socket::receive_frame(Call(stack, now), id, parts, peek, info);
}

Result<PacketStatistics> take_packet_statistics(Stack& stack, SocketId id) {
  return socket::take_packet_statistics(Call(stack, stack.last_now()), id);
}

Status change_packet_membership(Stack& stack, SocketId id, const PacketMembership& membership) {
  return socket::change_packet_membership(Call(stack, stack.last_now()), id, membership);
}

Result<PacketSocketInfo> packet_socket_at(const Stack& stack, size_t n) {
  const transport::PacketEndpoint* found = stack.layers().packets.at(n);
  if (found == nullptr) return Error::kNoEntry;
  return PacketSocketInfo{found->owner, found->is_cooked, found->binding,
                          found->received.charged_bytes()};
}

Status attach_filter(Stack& stack, SocketId id, FilterProgram program) {
  return socket::attach_filter(Call(stack, stack.last_now()), id, program);
}

Status detach_filter(Stack& stack, SocketId id) {
  return socket::detach_filter(Call(stack, stack.last_now()), id);
}

Status lock_filter(Stack& stack, SocketId id, bool is_locked) {
  return socket::lock_filter(Call(stack, stack.last_now()), id, is_locked);
}

Result<bool> is_filter_locked(const Stack& stack, SocketId id) {
  return socket::is_filter_locked(stack.view(), id);
}

Result<FilterProgram> filter(const Stack& stack, SocketId id) {
  return socket::filter(stack.view(), id);
}

}  // namespace tapstack::api
