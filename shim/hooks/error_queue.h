// recvmsg(MSG_ERRQUEUE): ICMP errors that IP_RECVERR and IPV6_RECVERR asked to keep, ip(7).
#pragma once

#include <sys/socket.h>

#include "shim/hooks/descriptors.h"

namespace tapstack::shim {

// One queued error into `message`: the quoted payload, the address the datagram went to, and a
// sock_extended_err with the address of the reporter. Never waits: EAGAIN when there is none.
ssize_t receive_queued_error(int fd, const Handle& handle, msghdr& message);

}  // namespace tapstack::shim
