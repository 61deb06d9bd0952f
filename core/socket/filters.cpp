#include "socket/filters.h"

namespace tapstack::socket {
namespace {

// Where the filter of a socket is kept; nullptr: it takes none.
link::FilterId* place_of(Layers& layers, const Socket& socket) {
  return socket.is_packet() ? &layers.packets.find(socket.endpoint)->filter : nullptr;
}

const link::FilterId* place_of(const Layers& layers, const Socket& socket) {
  return socket.is_packet() ? &layers.packets.find(socket.endpoint)->filter : nullptr;
}

}  // namespace

Status attach_filter(Environment env, SocketId id, link::FilterProgram program) {
  const Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (socket->is_filter_locked) return Error::kPermission;
  link::FilterId* place = place_of(env.layers, *socket);
  if (place == nullptr) return Error::kNoProtocolOption;
  link::FilterTable& filters = env.layers.network.parts().filters;
  const auto added = filters.add(program);
  if (!added.ok()) return added.error();
  filters.release(*place);
  *place = *added;
  return Status();
}

Status detach_filter(Environment env, SocketId id) {
  const Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (socket->is_filter_locked) return Error::kPermission;
  link::FilterId* place = place_of(env.layers, *socket);
  if (place == nullptr || place->is_null()) return Error::kNoEntry;
  env.layers.network.parts().filters.release(*place);
  *place = {};
  return Status();
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
  const link::FilterId* place = place_of(view.layers, *socket);
  if (place == nullptr) return link::FilterProgram();
  return view.layers.network.parts().filters.program(*place);
}

}  // namespace tapstack::socket
