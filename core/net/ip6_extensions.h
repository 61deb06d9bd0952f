// Extension headers of packets that came in (RFC 8200 4), obeyed in the order in which they stand.
#pragma once

#include "net/parts.h"

namespace tapstack::net {

// A packet for us, info.source, destination and interface filled in. Returns it when its upper
// layer may have it: the whole datagram, info.protocol and info.ip_header_bytes set, was_fragmented
// if it was. Empty: kept for reassembly, or dropped, counted and, where RFC 8200 asks for it,
// reported.
mem::PacketPtr ip6_extensions_input(Context& ctx, Parts& parts, mem::PacketPtr packet);

}  // namespace tapstack::net
