// connect(2) on a handle, and the connect that is part of a send with MSG_FASTOPEN (RFC 7413).
#pragma once

#include <sys/socket.h>

#include "shim/hooks/descriptors.h"

namespace tapstack::shim {

// 0, or the errno of connect(2). A blocking socket waits for the handshake, as long as SO_SNDTIMEO
// allows.
int connect_handle(int fd, const Handle& handle, const sockaddr* address, socklen_t length);

// What comes before the data of a send with MSG_FASTOPEN, whose `flags` count. 0: the data can be
// written, with the SYN or, because that had to ask for a cookie, after the handshake.
int connect_with_text(int fd, const Handle& handle, const sockaddr* address, socklen_t length,
                      int flags);

}  // namespace tapstack::shim
