// Which packets ICMPv6 errors may be sent about (RFC 4443 2.4 (e)).
#pragma once

#include "net/parts.h"
#include "wire/icmp.h"

namespace tapstack::net {

// Whether `offending` (IP header in front, info filled in) may be reported by an error that begins
// with `header`: not ICMPv6 errors and redirects, packets from a source that is not one host, or to
// a multicast address of IP or link, unless the error is one that groups are told too.
bool may_report6(Context& ctx, const mem::Packet& offending, const wire::IcmpHeader& header);

}  // namespace tapstack::net
