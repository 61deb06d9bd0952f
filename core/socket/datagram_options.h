// Options of UDP, ping and raw sockets, beyond those that every socket has.
#pragma once

#include "socket/layers.h"
#include "socket/socket.h"
#include "util/result.h"

namespace tapstack::socket {

// Errors: see set_option() and get_option().
Status set_datagram_option(Environment env, Socket& socket, Option option, int64_t value);
Result<int64_t> get_datagram_option(const Layers& layers, const Socket& socket, Instant now,
                                    Option option);
// Tells the endpoint what is kept for every kind of socket.
Status apply_datagram_settings(Environment env, Socket& socket);

}  // namespace tapstack::socket
