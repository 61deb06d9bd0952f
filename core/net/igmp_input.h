// IGMP messages received (RFC 3376 4.1, 5.2, 7; RFC 2236 2, 3).
#pragma once

#include "net/parts.h"

namespace tapstack::net {

// `message`: the packet, its IPv4 header in front, addresses in info. Raw sockets get it too,
// whatever is done with it here.
void igmp_input(Context& ctx, Parts& parts, mem::Packet& message);

}  // namespace tapstack::net
