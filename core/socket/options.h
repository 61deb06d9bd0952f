// setsockopt and getsockopt: which kind of socket has which option, in which range, and where it is
// kept. Ranges, rounding and errors are Linux's.
#pragma once

#include "socket/layers.h"
#include "socket/socket.h"
#include "util/result.h"

namespace tapstack::socket {

// kNoProtocolOption: this kind of socket does not have it, or it can only be read (written);
// kInvalid: value out of range; kNoDevice: no such interface.
Status set_option(Environment env, Socket& socket, Option option, int64_t value);
// `now` finds the path MTU of a connected datagram socket. Also kNotConnected (kMtu).
Result<int64_t> get_option(const Layers& layers, const Socket& socket, Instant now, Option option);

}  // namespace tapstack::socket
