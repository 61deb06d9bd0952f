// Addresses as programs give them to a socket, and as the stack has them: an IPv4-mapped address
// (RFC 4291 2.5.5.2) is IPv4's, and one that means something on one link only has its zone.
//
// The mapped form exists outside only: what the stack answers on a socket of both families is an
// IPv4 address, and whoever shows it to a program maps it.
#pragma once

#include "socket/layers.h"
#include "socket/socket.h"
#include "util/result.h"

namespace tapstack::socket {

// The zone of an address that came without one: that of the interface the socket is bound to, or
// else `interface`, which may be 0. Errors: kAddressFamilyNotSupported (IPv6 on an IPv4 socket),
// `refusal` (IPv4 where IPV6_V6ONLY is set), kInvalid (a zone that contradicts the socket's
// interface, or none for a link-local address).
Result<IpAddress> address_from_program(const Socket& socket, const IpAddress& given,
                                       InterfaceId interface, Error refusal);

// bind() and connect() with a zone bind the socket to that interface, as on Linux.
void adopt_zone(Environment env, Socket& socket, const IpAddress& address);

}  // namespace tapstack::socket
