// Packet sockets (packet(7)): frames as interfaces take and send them; and filters, which sockets
// of other kinds have too. What is not here (close, readiness, options, errors) is as for every
// socket, api/sockets.h; calls that a packet socket does not have (connect, listen ...) answer
// kNotSupported.
#pragma once

#include <span>

#include "api/types.h"
#include "link/packet_filter.h"
#include "socket/filters.h"
#include "socket/packet_socket.h"
#include "transport/packet_endpoint.h"

namespace tapstack {
class Stack;
using link::FilterInstruction;
using link::FilterProgram;
using socket::FrameTarget;
using socket::PacketName;
}  // namespace tapstack

namespace tapstack::api {

// A socket for frames of all interfaces with `protocol`, as PacketBinding. Cooked: without their
// link headers (SOCK_DGRAM). Errors: kTooManySockets, kAddressFamilyNotSupported (there are none in
// this configuration).
Result<SocketId> open_packet(Stack& stack, Instant now, bool is_cooked, uint16_t protocol);
// Errors: kBadHandle, kNotSupported (not a packet socket; all of these), kNoDevice.
Status bind_packet(Stack& stack, Instant now, SocketId id, const PacketBinding& binding);
Result<PacketName> packet_name(const Stack& stack, SocketId id);
// Sends one frame; see transport::inject().
Result<size_t> send_frame(Stack& stack, Instant now, SocketId id, std::span<const ConstBytes> parts,
                          const FrameTarget& target);
// The oldest frame, as much of it as fits. Errors: kWouldBlock, a pending error (once).
Result<size_t> receive_frame(Stack& stack, Instant now, SocketId id, std::span<const Bytes> parts,
                             bool peek, FrameInfo* info);
// Since they were asked for last.
Result<PacketStatistics> take_packet_statistics(Stack& stack, SocketId id);
// Errors: kNoDevice, kInvalid (an address of another length than the interface's).
Status change_packet_membership(Stack& stack, SocketId id, const PacketMembership& membership);

// The n-th packet socket of `stack`, n from 0; kNoEntry past the last.
struct PacketSocketInfo {
  uint32_t socket_index = 0;  // SocketId::index
  bool is_cooked = false;
  PacketBinding binding;
  size_t queued_bytes = 0;  // memory that waiting frames take
};
Result<PacketSocketInfo> packet_socket_at(const Stack& stack, size_t n);

// SO_ATTACH_FILTER: instead of the one there is. Errors: kBadHandle, kPermission (locked),
// those of link::check_filter(), kNoMemory. What UDP, TCP and ping sockets and raw ones of IPv6
// hand to it begins at the transport header, what raw ones of IPv4 do at the IP header.
Status attach_filter(Stack& stack, SocketId id, FilterProgram program);
// Errors: kBadHandle, kPermission, kNoEntry (there is none).
Status detach_filter(Stack& stack, SocketId id);
// SO_LOCK_FILTER: none of these from now on. kPermission: to take the lock away.
Status lock_filter(Stack& stack, SocketId id, bool is_locked);
Result<bool> is_filter_locked(const Stack& stack, SocketId id);
// Empty: there is none. Valid until the next call.
Result<FilterProgram> filter(const Stack& stack, SocketId id);

}  // namespace tapstack::api
