// Socket addresses of programs and endpoints of the stack.
#pragma once

#include <sys/socket.h>

#include "shim/common/protocol.h"

namespace tapstack::shim {

// Reads a program's IPv4 address of `length` bytes into `endpoint`. Answers 0, EFAULT (null),
// EINVAL (shorter than a sockaddr_in) or EAFNOSUPPORT, as Linux's inet_bind and connect do.
int endpoint_from(const sockaddr* address, socklen_t length, Endpoint& endpoint);

// True for an address of family AF_UNSPEC, which dissolves an association in connect().
bool is_unspecified(const sockaddr* address, socklen_t length);

// Writes `endpoint` as a sockaddr_in, cut to *length bytes; *length becomes the full size
// (getsockname(2)). A null `address` writes nothing. Answers 0, EFAULT or EINVAL.
int endpoint_to(const Endpoint& endpoint, sockaddr* address, socklen_t* length);

// IPv4 addresses as in_addr carries them, in network byte order.
uint32_t network_order(const IpAddress& address);
IpAddress address_from_network_order(uint32_t address);

}  // namespace tapstack::shim
