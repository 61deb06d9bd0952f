// recvmsg(MSG_ERRQUEUE): ICMP errors that IP_RECVERR and IPV6_RECVERR asked to keep, ip(7), and
// what became of sends (SO_TIMESTAMPING, SO_ZEROCOPY).
#pragma once

#include <sys/socket.h>

#include "shim/hooks/descriptors.h"

namespace tapstack::shim {

// One queued error into `message`: the quoted payload, the address the datagram went to, and a
// sock_extended_err with the address of the reporter; of a send, the latter and the time alone.
// Never waits: EAGAIN when there is none.
ssize_t receive_queued_error(int fd, const Handle& handle, msghdr& message);

}  // namespace tapstack::shim
