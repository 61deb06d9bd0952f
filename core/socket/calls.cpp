#include "socket/calls.h"

#include "socket/datagram_socket.h"
#include "socket/options.h"
#include "socket/tcp_options.h"
#include "socket/tcp_socket.h"
#include "wire/ip4.h"

namespace tapstack::socket {
namespace {

// The only protocol of a kind of socket; 0 for raw sockets, which take any.
uint8_t protocol_of(SocketKind kind) {
  switch (kind) {
    case SocketKind::kTcp:
      return wire::ip_protocol::kTcp;
    case SocketKind::kUdp:
      return wire::ip_protocol::kUdp;
    case SocketKind::kPing:
      return wire::ip_protocol::kIcmp;
    case SocketKind::kRaw:
      return 0;
  }
  return 0;
}

// A stream that takes less than offered because packet memory is short has to be told when that
// ends.
void watch_memory(Environment env, SocketId id, const Result<size_t>& sent, size_t offered) {
  const bool took_all = sent.ok() ? *sent >= offered : sent.error() != Error::kWouldBlock;
  if (!took_all && !env.ctx.memory.may_keep(1)) env.sockets.add_starved(id.index);
}

}  // namespace

Result<SocketId> open(Environment env, const OpenRequest& request) {
  if (request.family != Family::kIp4) return Error::kAddressFamilyNotSupported;
  if (request.kind > SocketKind::kRaw) return Error::kSocketTypeNotSupported;
  const uint8_t own = protocol_of(request.kind);
  const uint8_t protocol = request.protocol == 0 ? own : request.protocol;
  if (protocol == 0 || (own != 0 && protocol != own)) return Error::kProtocolNotSupported;
  const auto id = env.sockets.add(request.kind, protocol);
  if (!id.ok()) return id;
  Socket& socket = *env.sockets.find(*id);
  if (!socket.is_tcp() && !datagram_socket::open(env, socket, id->index).ok()) {
    env.sockets.remove(*id);
    return Error::kTooManySockets;
  }
  return id;
}

Status bind(Environment env, SocketId id, const Endpoint& local) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  return socket->is_tcp() ? tcp_socket::bind(env, *socket, local)
                          : datagram_socket::bind(env, *socket, local);
}

Status listen(Environment env, SocketId id, uint32_t backlog) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (!socket->is_tcp()) return Error::kNotSupported;
  return tcp_socket::listen(env, *socket, id.index, backlog);
}

Status connect(Environment env, SocketId id, const Endpoint& peer) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  return socket->is_tcp() ? tcp_socket::connect(env, *socket, id.index, peer)
                          : datagram_socket::connect(env, *socket, peer);
}

Status connect_with_text(Environment env, SocketId id, const Endpoint& peer) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (!socket->is_tcp()) return Error::kNotSupported;
  return tcp_socket::connect_with_text(env, *socket, id.index, peer);
}

Result<SocketId> accept(Environment env, SocketId listener) {
  Socket* socket = env.sockets.find(listener);
  if (socket == nullptr) return Error::kBadHandle;
  if (!socket->is_tcp()) return Error::kNotSupported;
  return tcp_socket::accept(env, *socket);
}

Result<size_t> send(Environment env, SocketId id, const SendRequest& request) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (socket->is_tcp()) {
    const auto sent = tcp_socket::send(env, *socket, request.parts,
                                       {request.more, request.urgent, request.ends_record});
    watch_memory(env, id, sent, transport::total_bytes(request.parts));
    return sent;
  }
  if (request.urgent) return Error::kNotSupported;
  return datagram_socket::send(env, *socket, request.parts, request.to);
}

Result<size_t> receive(Environment env, SocketId id, const ReceiveRequest& request) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (socket->is_tcp()) {
    return tcp_socket::receive(env, *socket, request.parts, {request.peek, request.urgent});
  }
  if (request.urgent) return Error::kNotSupported;
  return datagram_socket::receive(env, *socket, request.parts, request.peek, request.info);
}

size_t peek_spans(Environment env, SocketId id, std::span<mem::ConstBytes> spans) {
  const Socket* socket = env.sockets.find(id);
  if (socket == nullptr || !socket->is_tcp()) return 0;
  return tcp_socket::peek_spans(env, *socket, spans);
}

Status consume(Environment env, SocketId id, size_t bytes) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  return socket->is_tcp() ? tcp_socket::consume(env, *socket, bytes) : Error::kNotSupported;
}

Result<size_t> reserve_send(Environment env, SocketId id, size_t bytes,
                            std::span<mem::Bytes> spans) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (!socket->is_tcp()) return Error::kNotSupported;
  const auto reserved = tcp_socket::reserve_send(env, *socket, bytes, spans);
  watch_memory(env, id, reserved, reserved.ok() ? 0 : bytes);
  return reserved;
}

Status commit_send(Environment env, SocketId id, size_t bytes, bool urgent) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (!socket->is_tcp()) return Error::kNotSupported;
  return tcp_socket::commit_send(env, *socket, bytes, {.more = false, .urgent = urgent});
}

Status shutdown(Environment env, SocketId id, Shutdown how) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  return socket->is_tcp() ? tcp_socket::shutdown(env, *socket, how)
                          : datagram_socket::shutdown(env, *socket, how);
}

Status close(Environment env, SocketId id) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (socket->is_tcp()) {
    tcp_socket::close(env, *socket);
  } else {
    datagram_socket::close(env, *socket);
  }
  env.sockets.remove(id);
  return Status();
}

Error take_error(Environment env, SocketId id) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  return socket->is_tcp() ? tcp_socket::take_error(env.layers, *socket)
                          : datagram_socket::take_error(env.layers, *socket);
}

Result<QueuedError> take_queued_error(Environment env, SocketId id) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (socket->is_tcp()) return Error::kWouldBlock;
  return datagram_socket::take_queued_error(env, *socket);
}

Status set_option(Environment env, SocketId id, Option option, int64_t value) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  return set_option(env, *socket, option, value);
}

Status set_tcp_default(Environment env, Option option, int64_t value) {
  Socket model;
  model.settings = env.sockets.tcp_defaults();
  const Status set = set_tcp_option(env, model, option, value);
  if (set.ok()) env.sockets.set_tcp_defaults(model.settings);
  return set;
}

}  // namespace tapstack::socket
