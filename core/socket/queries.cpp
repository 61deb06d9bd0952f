#include "socket/queries.h"

#include "socket/datagram_socket.h"
#include "socket/options.h"
#include "socket/packet_socket.h"
#include "socket/tcp_socket.h"

namespace tapstack::socket {

Result<Endpoint> local_endpoint(View view, SocketId id) {
  const Socket* socket = view.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (socket->is_packet()) return Error::kNotSupported;
  return socket->is_tcp() ? tcp_socket::local_endpoint(view.layers, *socket)
                          : datagram_socket::local_endpoint(view.layers, *socket);
}

Result<Endpoint> remote_endpoint(View view, SocketId id) {
  const Socket* socket = view.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (socket->is_packet()) return Error::kNotSupported;
  return socket->is_tcp() ? tcp_socket::remote_endpoint(view.layers, *socket)
                          : datagram_socket::remote_endpoint(view.layers, *socket);
}

Endpoint accepted_peer(View view, SocketId id) {
  const Socket* socket = view.sockets.find(id);
  return socket == nullptr ? Endpoint{} : tcp_socket::accepted_peer(view.layers, *socket);
}

Readiness readiness(View view, SocketId id) {
  const Socket* socket = view.sockets.find(id);
  if (socket == nullptr) return {};
  if (socket->is_packet()) return packet_socket::readiness(view.layers, *socket);
  return socket->is_tcp() ? tcp_socket::readiness(view.layers, *socket)
                          : datagram_socket::readiness(view.layers, *socket);
}

Error pending_error(View view, SocketId id) {
  const Socket* socket = view.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (socket->is_packet()) return packet_socket::pending_error(view.layers, *socket);
  return socket->is_tcp() ? tcp_socket::pending_error(view.layers, *socket)
                          : datagram_socket::pending_error(view.layers, *socket);
}

Result<size_t> readable_bytes(View view, SocketId id) {
  const Socket* socket = view.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (socket->is_packet()) {
    return packet_socket::readable_bytes(view.layers, view.memory, *socket);
  }
  return socket->is_tcp() ? tcp_socket::readable_bytes(view.layers, *socket)
                          : datagram_socket::readable_bytes(view.layers, view.memory, *socket);
}

Result<size_t> unsent_bytes(View view, SocketId id) {
  const Socket* socket = view.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  return socket->is_tcp() ? tcp_socket::unsent_bytes(view.layers, *socket) : size_t{0};
}

Result<size_t> not_sent_bytes(View view, SocketId id) {
  const Socket* socket = view.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  return socket->is_tcp() ? tcp_socket::not_sent_bytes(view.layers, *socket) : size_t{0};
}

Result<size_t> urgent_offset(View view, SocketId id) {
  const Socket* socket = view.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (!socket->is_tcp()) return Error::kNotSupported;
  const auto offset = tcp_socket::urgent_offset(view.layers, *socket);
  return offset ? Result<size_t>(*offset) : Result<size_t>(Error::kWouldBlock);
}

Result<int64_t> get_option(View view, SocketId id, Instant now, Option option) {
  const Socket* socket = view.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  return get_option(view.layers, *socket, now, option);
}

Result<transport::Icmp6Filter> icmp6_filter(View view, SocketId id) {
  const Socket* socket = view.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (!socket->is_raw_icmp6()) return Error::kNotSupported;
  return view.layers.raw.icmp6_filter(socket->endpoint);
}

Result<mem::ConstBytes> packet_header(View view, SocketId id, PacketHeader header) {
  const Socket* socket = view.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (socket->is_tcp() || socket->is_packet()) return Error::kNotSupported;
  const auto& sticky = datagram_socket::endpoint_of(view.layers, *socket).options;
  const net::PacketOptions* options = sticky.get(view.memory);
  return options != nullptr ? options->get(header) : mem::ConstBytes();
}

Result<TcpInfo> tcp_info(View view, SocketId id, Instant now) {
  const Socket* socket = view.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (!socket->is_tcp()) return Error::kNotSupported;
  return tcp_socket::info(view.layers, *socket, now);
}

}  // namespace tapstack::socket
