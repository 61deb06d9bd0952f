// Socket addresses of programs and endpoints of the stack.
//
// An endpoint never holds an IPv4-mapped address (RFC 4291 2.5.5.2): on a socket of family AF_INET6
// a mapped address of the program is the IPv4 address in it, and the other way round.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "shim/common/protocol.h"

namespace tapstack::shim {

// Reads a program's address of `length` bytes, given to a socket of `family`, into `endpoint`.
// Answers 0, EFAULT (null), EINVAL (too short) or EAFNOSUPPORT (another family), as Linux's bind
// and connect do.
int endpoint_from(Family family, const sockaddr* address, socklen_t length, Endpoint& endpoint);

// As endpoint_from(), for datagrams: a socket of family AF_INET6 takes addresses of both families
// (udpv6_sendmsg, ip6_datagram_connect).
int peer_from(Family family, const sockaddr* address, socklen_t length, Endpoint& endpoint);

// True for an address of family AF_UNSPEC, which dissolves an association in connect().
bool is_unspecified(const sockaddr* address, socklen_t length);

// Writes `endpoint` as an address of the socket's `family`, cut to *length bytes; *length becomes
// the full size (getsockname(2)). A null `address` writes nothing. Answers 0, EFAULT or EINVAL.
int endpoint_to(Family family, const Endpoint& endpoint, sockaddr* address, socklen_t* length);

// IPv4 addresses as in_addr carries them, in network byte order.
uint32_t network_order(const IpAddress& address);
IpAddress address_from_network_order(uint32_t address);

// Addresses as in6_addr carries them, mapped ones being IPv4. `scope` is an interface's number, 0
// none; it is of no use to addresses that need no zone.
in6_addr in6_from(const IpAddress& address);
IpAddress address_from_in6(const in6_addr& address, uint32_t scope);
sockaddr_in sockaddr_in_from(const Endpoint& endpoint);
sockaddr_in6 sockaddr_in6_from(const Endpoint& endpoint);

}  // namespace tapstack::shim
