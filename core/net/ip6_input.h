// What comes in as IPv6 (RFC 8200, RFC 4291): checks, extension headers, reassembly.
#pragma once

#include "net/parts.h"

namespace tapstack::net {

// A packet from info.interface; link header taken off. Returns the whole datagram, if it is for us
// and complete: info filled in, ip_header_bytes up to the header of the upper layer, which
// info.protocol names. Empty: kept as a fragment, or dropped, counted and, where RFC 8200 asks for
// it, reported.
mem::PacketPtr ip6_input(Context& ctx, Parts& parts, mem::PacketPtr packet);

}  // namespace tapstack::net
