#include "socket/datagram_socket.h"

#include "util/assert.h"

namespace tapstack::socket::datagram_socket {
namespace {

// Calls use(protocol) with the protocol of the socket; the three have the same functions.
template <class LayersType, class Use>
decltype(auto) with_protocol(LayersType& layers, const Socket& socket, Use&& use) {
  if (socket.kind == SocketKind::kUdp) return use(layers.udp);
  if (socket.kind == SocketKind::kPing) return use(layers.ping);
  TAPSTACK_ASSERT(socket.kind == SocketKind::kRaw);
  return use(layers.raw);
}

}  // namespace

transport::DatagramEndpoint& endpoint_of(Layers& layers, const Socket& socket) {
  return with_protocol(layers, socket, [&](auto& protocol) -> transport::DatagramEndpoint& {
    return *protocol.find(socket.endpoint);
  });
}

const transport::DatagramEndpoint& endpoint_of(const Layers& layers, const Socket& socket) {
  return with_protocol(layers, socket,
                       [&](const auto& protocol) -> const transport::DatagramEndpoint& {
                         return *protocol.find(socket.endpoint);
                       });
}

Status open(Environment env, Socket& socket, mem::Index index) {
  const auto id = with_protocol(env.layers, socket, [&](auto& protocol) {
    return protocol.open(socket.family, socket.protocol, index);
  });
  if (!id.ok()) return id.error();
  socket.endpoint = *id;
  transport::DatagramSettings& settings = endpoint_of(env.layers, socket).settings;
  settings.ip6.only = socket.ip6_only;
  // As on Linux, IPv4 groups are one's own on a socket of both families (inet6_create), and raw
  // sockets may share their address (inet_create).
  settings.multicast_all = socket.family == Family::kIp4;
  if (socket.kind == SocketKind::kRaw) settings.reuse_address = socket.reuse_address = true;
  return Status();
}

Status bind(Environment env, Socket& socket, const Endpoint& local) {
  return with_protocol(env.layers, socket, [&](auto& protocol) {
    return protocol.bind(env.ctx, env.layers.network, socket.endpoint, local);
  });
}

Status connect(Environment env, Socket& socket, const Endpoint& peer) {
  return with_protocol(env.layers, socket, [&](auto& protocol) {
    if (peer.address.family() == Family::kNone) {
      protocol.disconnect(socket.endpoint);
      return Status();
    }
    return protocol.connect(env.ctx, env.layers.network, socket.endpoint, peer);
  });
}

void abort(Environment env, Socket& socket) {
  with_protocol(env.layers, socket, [&](auto& protocol) { protocol.disconnect(socket.endpoint); });
  transport::DatagramEndpoint& endpoint = endpoint_of(env.layers, socket);
  endpoint.pending_error = Error::kConnectionAborted;
  env.sockets.add_event(endpoint.owner);
}

Result<size_t> send(Environment env, Socket& socket, std::span<const mem::ConstBytes> parts,
                    const DatagramInfo& to) {
  return with_protocol(env.layers, socket, [&](auto& protocol) {
    return protocol.send(env.ctx, env.layers.network, socket.endpoint, parts, to);
  });
}

Status check_send(Environment env, Socket& socket, const DatagramInfo& to, bool is_too_long) {
  const bool is_named = to.peer.address.family() != Family::kNone;
  if (socket.kind == SocketKind::kUdp && is_named && to.peer.port.value == 0) {
    return Error::kInvalid;
  }
  transport::DatagramEndpoint& endpoint = endpoint_of(env.layers, socket);
  const auto target =
      transport::target_to_send_to(env.ctx, env.layers.network, endpoint, to, is_too_long);
  return target.ok() ? Status() : Status(target.error());
}

Error pending_error(const Layers& layers, const Socket& socket) {
  return endpoint_of(layers, socket).pending_error;
}

Result<size_t> receive(Environment env, Socket& socket, std::span<const mem::Bytes> parts,
                       bool peek, DatagramInfo* info) {
  const auto received =
      transport::receive(env.ctx, endpoint_of(env.layers, socket), parts, peek, info);
  if (received.error() == Error::kWouldBlock && socket.receive_shut) return size_t{0};
  return received;
}

// As Linux: takes effect on a socket without a peer too, but says kNotConnected.
Status shutdown(Environment env, Socket& socket, Shutdown how) {
  transport::DatagramEndpoint& endpoint = endpoint_of(env.layers, socket);
  if (how != Shutdown::kSend) {
    socket.receive_shut = true;
    endpoint.receive_shut = true;
  }
  if (how != Shutdown::kReceive) {
    socket.send_shut = true;
    endpoint.send_shut = true;
  }
  return endpoint.is_connected ? Status() : Status(Error::kNotConnected);
}

void close(Environment env, Socket& socket) {
  with_protocol(env.layers, socket,
                [&](auto& protocol) { protocol.close(env.ctx, socket.endpoint); });
}

Endpoint local_endpoint(const Layers& layers, const Socket& socket) {
  return endpoint_of(layers, socket).local;
}

Result<Endpoint> remote_endpoint(const Layers& layers, const Socket& socket) {
  const transport::DatagramEndpoint& endpoint = endpoint_of(layers, socket);
  if (!endpoint.is_connected) return Error::kNotConnected;
  return endpoint.remote;
}

// The bits that datagram_poll() of Linux gives. What does not fit the interface's queue is an error
// of send(), so a datagram socket is always writable.
Readiness readiness(const Layers& layers, const Socket& socket) {
  const transport::DatagramEndpoint& endpoint = endpoint_of(layers, socket);
  unsigned bits = Readiness::kWritable;
  if (!endpoint.received.is_empty()) bits |= Readiness::kReadable;
  if (endpoint.pending_error != Error::kNone || !endpoint.errors.is_empty()) {
    bits |= Readiness::kError;
  }
  if (socket.receive_shut) bits |= Readiness::kReadable | Readiness::kPeerClosed;
  if (socket.receive_shut && socket.send_shut) bits |= Readiness::kHangUp;
  return {static_cast<uint16_t>(bits)};
}

size_t readable_bytes(const Layers& layers, const mem::PacketMemory& memory, const Socket& socket) {
  return endpoint_of(layers, socket).received.front_bytes(memory);
}

Error take_error(Layers& layers, Socket& socket) {
  return transport::take_error(endpoint_of(layers, socket));
}

Result<QueuedError> take_queued_error(Environment env, Socket& socket) {
  return transport::take_queued_error(env.ctx.memory, endpoint_of(env.layers, socket));
}

}  // namespace tapstack::socket::datagram_socket
