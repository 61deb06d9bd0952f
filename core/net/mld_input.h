// MLD messages received (RFC 3810 5.1, 6.2, 8; RFC 2710 3, 4).
#pragma once

#include "net/parts.h"

namespace tapstack::net {

// `message`: an ICMPv6 packet of type 130 to 132 or 143 with a good checksum, info.ip_header_bytes
// of headers in front. Raw sockets get it too, whatever is done with it here.
void mld_input(Context& ctx, Parts& parts, const mem::Packet& message);

}  // namespace tapstack::net
