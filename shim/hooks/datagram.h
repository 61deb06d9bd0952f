// Data calls on datagram sockets (UDP, ping, raw): every message on the handle begins with a
// DatagramHeader, which the program never sees.
#pragma once

#include <sys/socket.h>

#include "shim/hooks/descriptors.h"

namespace tapstack::shim::datagram {

// sendmsg(2) and recvmsg(2) on a handle that was verified(). They return as those do.
ssize_t send(int fd, const Handle& handle, const msghdr& message, int flags);
ssize_t receive(int fd, const Handle& handle, msghdr& message, int flags);

// FIONREAD: payload bytes of the first datagram, 0 if there is none.
int first_bytes(int fd);

// True if what is first in the handle's queue only says that an error waits.
bool is_wake_first(int fd);
// Takes that away, so that the handle is readable only if a datagram is there.
void drop_wake(int fd);

}  // namespace tapstack::shim::datagram
