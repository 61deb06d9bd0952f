#include "socket/filters.h"

#include "socket/datagram_socket.h"
#include "socket/packet_socket.h"
#include "socket/tcp_options.h"

namespace tapstack::socket {
namespace {

// Where the filter of a socket is kept.
template <class LayersType, class SocketType>
auto& place_of(LayersType& layers, SocketType& socket) {
  if (socket.is_tcp()) return socket.settings.filter;
  if (socket.is_packet()) return packet_socket::endpoint_of(layers, socket).filter;
  return datagram_socket::endpoint_of(layers, socket).filter;
}

// Instead of the one there is, which goes.
Status replace(Environment env, Socket& socket, link::FilterId filter) {
  auto& place = place_of(env.layers, socket);
  env.layers.network.parts().filters.release(place.get());
  place.set(filter);
  return socket.is_tcp() ? apply_tcp_settings(env, socket) : Status();
}

}  // namespace

Status attach_filter(Environment env, SocketId id, link::FilterProgram program) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (socket->is_filter_locked) return Error::kPermission;
  const auto added = env.layers.network.parts().filters.add(program, socket->is_tcp());
  return added.ok() ? replace(env, *socket, *added) : Status(added.error());
}

Status detach_filter(Environment env, SocketId id) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (socket->is_filter_locked) return Error::kPermission;
  if (place_of(env.layers, *socket).get().is_null()) return Error::kNoEntry;
  return replace(env, *socket, {});
}

void release_filter(Environment env, Socket& socket) {
  env.layers.network.parts().filters.release(place_of(env.layers, socket).get());
}

Status lock_filter(Environment env, SocketId id, bool is_locked) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (socket->is_filter_locked && !is_locked) return Error::kPermission;
  socket->is_filter_locked = is_locked;
  return Status();
}

Result<bool> is_filter_locked(View view, SocketId id) {
  const Socket* socket = view.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  return socket->is_filter_locked;
}

Result<link::FilterProgram> filter(View view, SocketId id) {
  const Socket* socket = view.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  return view.layers.network.parts().filters.program(place_of(view.layers, *socket).get());
}

}  // namespace tapstack::socket
