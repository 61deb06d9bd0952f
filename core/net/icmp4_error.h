// Which packets ICMPv4 errors may be sent about (RFC 1122 3.2.2, RFC 1812 4.3.2.7).
#pragma once

#include "net/parts.h"

namespace tapstack::net {

// Whether `offending` (IP header in front, info filled in) may be reported: not ICMP errors, later
// fragments, packets to a broadcast or multicast address of IP or link, or from a source that is
// not one host.
bool may_report4(Context& ctx, const Parts& parts, const mem::Packet& offending);

}  // namespace tapstack::net
