// The calls of a program on packet sockets. Those that every kind of socket has come by way of
// calls.h; meaning and errors of the others are those of the functions of the same name in
// api/packet_sockets.h.
#pragma once

#include <span>

#include "link/packet_filter.h"
#include "socket/layers.h"
#include "socket/queries.h"
#include "socket/socket.h"
#include "transport/packet_injection.h"
#include "util/result.h"

namespace tapstack::socket {

using transport::FrameTarget;

Result<SocketId> open_packet(Environment env, bool is_cooked, uint16_t protocol);
Status bind_packet(Environment env, SocketId id, const PacketBinding& binding);
Result<size_t> send_frame(Environment env, SocketId id, std::span<const mem::ConstBytes> parts,
                          const FrameTarget& target);
Result<size_t> receive_frame(Environment env, SocketId id, std::span<const mem::Bytes> parts,
                             bool peek, FrameInfo* info);
Result<PacketStatistics> take_packet_statistics(Environment env, SocketId id);
Status change_packet_membership(Environment env, SocketId id, const PacketMembership& membership);

struct PacketName {
  PacketBinding binding;
  uint16_t link_type = 0;  // of the interface that it is bound to, if it is to one
  LinkAddress address;     // likewise
  bool is_cooked = false;
};
Result<PacketName> packet_name(View view, SocketId id);

namespace packet_socket {

transport::PacketEndpoint& endpoint_of(Layers& layers, const Socket& socket);
const transport::PacketEndpoint& endpoint_of(const Layers& layers, const Socket& socket);
void close(Environment env, Socket& socket);
Readiness readiness(const Layers& layers, const Socket& socket);
Error pending_error(const Layers& layers, const Socket& socket);
Error take_error(Layers& layers, Socket& socket);
size_t readable_bytes(const Layers& layers, const mem::PacketMemory& memory, const Socket& socket);
Status set_option(Layers& layers, Socket& socket, Option option, int64_t value);
Result<int64_t> get_option(const Layers& layers, const Socket& socket, Option option);

}  // namespace packet_socket
}  // namespace tapstack::socket
