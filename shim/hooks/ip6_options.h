// Socket options of IPv6 that are no numbers.
#pragma once

#include <sys/socket.h>

#include "shim/hooks/descriptors.h"

namespace tapstack::shim {

// ICMP6_FILTER, RFC 3542 3.2. 0 or an errno: EOPNOTSUPP unless a raw socket of ICMPv6.
int set_icmp6_filter(const Handle& handle, const void* value, socklen_t length);
int get_icmp6_filter(const Handle& handle, void* value, socklen_t* length);

// Options of level IPPROTO_IPV6; ENOPROTOOPT for what is not known. `who`: see option_table.h.
int get_ip6_option(const Handle& handle, uint8_t who, int name, void* value, socklen_t* length);
int set_ip6_option(const Handle& handle, uint8_t who, int name, const void* value,
                   socklen_t length);

}  // namespace tapstack::shim
