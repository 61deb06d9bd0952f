// Fragmentation of IPv6 packets by their source (RFC 8200 4.5).
#pragma once

#include "link/context.h"

namespace tapstack::net {

// Cuts a packet into fragments of at most `mtu_bytes`, at least 1,280, each with a copy of its IPv6
// header and a Fragment header with `identification`. Appends them to `out` in order. Consumes the
// packet. Returns false when there is no memory for all of them.
bool fragment6(Context& ctx, mem::PacketPtr packet, uint32_t mtu_bytes, uint32_t identification,
               mem::PacketQueue& out);

}  // namespace tapstack::net
