#include "socket/packet_socket.h"

#include <algorithm>
#include <utility>

#include "socket/buffer_sizes.h"
#include "util/assert.h"

namespace tapstack::socket {
namespace {

using transport::PacketEndpoint;

// The packet socket that `id` names. kBadHandle, kNotSupported (another kind).
template <class Sockets>
auto packet_socket_of(Sockets& sockets, SocketId id, Error& error) -> decltype(sockets.find(id)) {
  auto* socket = sockets.find(id);
  error = socket == nullptr     ? Error::kBadHandle
          : socket->is_packet() ? Error::kNone
                                : Error::kNotSupported;
  return error == Error::kNone ? socket : nullptr;
}

LinkAddress address_of(const link::Interface& interface) {
  LinkAddress address;
  if (!interface.is_loopback && !interface.has_neighbours()) return address;
  const auto& octets = interface.settings.mac.octets;
  address.count = static_cast<uint8_t>(octets.size());
  std::copy(octets.begin(), octets.end(), address.octets.begin());
  return address;
}

uint16_t type_of(const link::Interface& interface) {
  if (interface.is_loopback) return link_type::kLoopback;
  return interface.has_neighbours() ? link_type::kEthernet : link_type::kNone;
}

}  // namespace

Result<SocketId> open_packet(Environment env, bool is_cooked, uint16_t protocol) {
  const auto id = env.sockets.add(SocketKind::kPacket, 0);
  if (!id.ok()) return id;
  const auto endpoint = env.layers.packets.open(is_cooked, protocol, id->index);
  if (!endpoint.ok()) {
    env.sockets.remove(*id);
    return endpoint.error() == Error::kNoBuffers ? Error::kTooManySockets : endpoint.error();
  }
  env.sockets.find(*id)->endpoint = *endpoint;
  return id;
}

Status bind_packet(Environment env, SocketId id, const PacketBinding& binding) {
  Error error;
  const Socket* socket = packet_socket_of(env.sockets, id, error);
  if (socket == nullptr) return error;
  return env.layers.packets.bind(env.layers.network, socket->endpoint, binding);
}

Result<size_t> send_frame(Environment env, SocketId id, std::span<const mem::ConstBytes> parts,
                          const FrameTarget& target) {
  Error error;
  const Socket* socket = packet_socket_of(env.sockets, id, error);
  if (socket == nullptr) return error;
  const PacketEndpoint& endpoint = packet_socket::endpoint_of(env.layers, *socket);
  return transport::inject(env.ctx, env.layers.network, endpoint, parts, target);
}

Result<size_t> receive_frame(Environment env, SocketId id, std::span<const mem::Bytes> parts,
                             bool peek, FrameInfo* info) {
  Error error;
  const Socket* socket = packet_socket_of(env.sockets, id, error);
  if (socket == nullptr) return error;
  return env.layers.packets.receive(env.ctx, env.layers.network, socket->endpoint, parts, peek,
                                    info);
}

Result<PacketStatistics> take_packet_statistics(Environment env, SocketId id) {
  Error error;
  const Socket* socket = packet_socket_of(env.sockets, id, error);
  if (socket == nullptr) return error;
  return env.layers.packets.take_statistics(socket->endpoint);
}

// Every frame that comes to an interface is taken, so there is nothing to be switched on or off.
Status change_packet_membership(Environment env, SocketId id, const PacketMembership& membership) {
  Error error;
  if (packet_socket_of(env.sockets, id, error) == nullptr) return error;
  const link::Interface* interface = env.layers.network.interface(membership.interface);
  if (interface == nullptr) return membership.is_added ? Error::kNoDevice : Status();
  if (!membership.is_added) return Status();
  const uint8_t bytes = address_of(*interface).count;
  const bool names_one = membership.kind == PacketMembership::Kind::kAddress;
  const bool fits =
      names_one ? membership.address_bytes == bytes : membership.address_bytes <= bytes;
  return fits ? Status() : Status(Error::kInvalid);
}

Result<PacketName> packet_name(View view, SocketId id) {
  Error error;
  const Socket* socket = packet_socket_of(view.sockets, id, error);
  if (socket == nullptr) return error;
  const PacketEndpoint& endpoint = packet_socket::endpoint_of(view.layers, *socket);
  PacketName name{endpoint.binding, 0, {}, endpoint.is_cooked};
  const link::Interface* interface = view.layers.network.interface(endpoint.binding.interface);
  if (interface != nullptr) {
    name.link_type = type_of(*interface);
    name.address = address_of(*interface);
  }
  return name;
}

namespace packet_socket {

PacketEndpoint& endpoint_of(Layers& layers, const Socket& socket) {
  PacketEndpoint* const found = layers.packets.find(socket.endpoint);
  TAPSTACK_ASSERT(found != nullptr);
  return *found;
}

const PacketEndpoint& endpoint_of(const Layers& layers, const Socket& socket) {
  const PacketEndpoint* const found = layers.packets.find(socket.endpoint);
  TAPSTACK_ASSERT(found != nullptr);
  return *found;
}

void close(Environment env, Socket& socket) { env.layers.packets.close(env.ctx, socket.endpoint); }

Readiness readiness(const Layers& layers, const Socket& socket) {
  const PacketEndpoint& endpoint = endpoint_of(layers, socket);
  unsigned bits = Readiness::kWritable;
  if (!endpoint.received.is_empty()) bits |= Readiness::kReadable;
  if (endpoint.pending_error != Error::kNone) bits |= Readiness::kError;
  return {static_cast<uint16_t>(bits)};
}

Error pending_error(const Layers& layers, const Socket& socket) {
  return endpoint_of(layers, socket).pending_error;
}

Error take_error(Layers& layers, Socket& socket) {
  return std::exchange(endpoint_of(layers, socket).pending_error, Error::kNone);
}

size_t readable_bytes(const Layers& layers, const mem::PacketMemory& memory, const Socket& socket) {
  return endpoint_of(layers, socket).received.front_bytes(memory);
}

Status set_option(Layers& layers, Socket& socket, Option option, int64_t value) {
  PacketEndpoint& endpoint = endpoint_of(layers, socket);
  switch (option) {
    case Option::kReceiveBuffer:
      endpoint.receive_buffer_bytes = granted_buffer_bytes(value, kReceiveBufferMin);
      return Status();
    case Option::kSendBuffer:
      endpoint.send_buffer_bytes = granted_buffer_bytes(value, kSendBufferMin);
      return Status();
    case Option::kPacketIgnoreOutgoing:
      endpoint.ignores_outgoing = value != 0;
      return Status();
    case Option::kPacketDrained:
      endpoint.is_drained = value != 0;
      return Status();
    default:
      return Error::kNoProtocolOption;
  }
}

Result<int64_t> get_option(const Layers& layers, const Socket& socket, Option option) {
  const PacketEndpoint& endpoint = endpoint_of(layers, socket);
  switch (option) {
    case Option::kReceiveBuffer:
      return int64_t{endpoint.receive_buffer_bytes};
    case Option::kSendBuffer:
      return int64_t{endpoint.send_buffer_bytes};
    case Option::kPacketIgnoreOutgoing:
      return int64_t{endpoint.ignores_outgoing};
    case Option::kPacketDrained:
      return int64_t{endpoint.is_drained};
    default:
      return Error::kNoProtocolOption;
  }
}

}  // namespace packet_socket
}  // namespace tapstack::socket
