// IPv4 packets that came in: what RFC 791 and RFC 1122 3.2.1 want checked before anyone may have
// them.
#pragma once

#include "net/parts.h"

namespace tapstack::net {

// Takes a packet that begins with an IPv4 header, came in on info.interface and has info.link_* and
// info.offload filled in. Returns it (or the datagram that it completes) when it is for us, with
// the rest of info filled in; else it was kept for reassembly, or dropped and counted.
mem::PacketPtr ip4_input(Context& ctx, Parts& parts, mem::PacketPtr packet);

}  // namespace tapstack::net
