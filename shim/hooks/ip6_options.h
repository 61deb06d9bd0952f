// Socket options of IPv6 that are no numbers.
#pragma once

#include <sys/socket.h>

#include "shim/hooks/descriptors.h"

namespace tapstack::shim {

// ICMP6_FILTER, RFC 3542 3.2. 0 or an errno: EOPNOTSUPP unless a raw socket of ICMPv6.
int set_icmp6_filter(const Handle& handle, const void* value, socklen_t length);
int get_icmp6_filter(const Handle& handle, void* value, socklen_t* length);

// IPV6_PKTINFO for all that is sent, RFC 3542 6: the interface; the socket is bound to it. A source
// address is ENOPROTOOPT: that is what bind() is for.
int set_packet_info(const Handle& handle, const void* value, socklen_t length);

}  // namespace tapstack::shim
