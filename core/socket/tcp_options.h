// Options of TCP sockets, beyond those that every socket has.
#pragma once

#include "socket/layers.h"
#include "socket/socket.h"
#include "util/result.h"

namespace tapstack::socket {

// Errors: see set_option() and get_option().
Status set_tcp_option(Environment env, Socket& socket, Option option, int64_t value);
Result<int64_t> get_tcp_option(const Layers& layers, const Socket& socket, Instant now,
                               Option option);
// Tells the connection or listener, if there is one, what the socket's settings are.
Status apply_tcp_settings(Environment env, Socket& socket);

}  // namespace tapstack::socket
