// Filters that programs attach to sockets (SO_ATTACH_FILTER). Errors are those of the functions of
// the same name in api/packet_sockets.h.
#pragma once

#include "link/filter_table.h"
#include "socket/layers.h"
#include "socket/queries.h"
#include "util/result.h"

namespace tapstack::socket {

Status attach_filter(Environment env, SocketId id, link::FilterProgram program);
Status detach_filter(Environment env, SocketId id);
// The socket is closed.
void release_filter(Environment env, Socket& socket);
Status lock_filter(Environment env, SocketId id, bool is_locked);
Result<bool> is_filter_locked(View view, SocketId id);
Result<link::FilterProgram> filter(View view, SocketId id);

}  // namespace tapstack::socket
