// Cutting an IPv4 datagram into fragments (RFC 791 3.2).
#pragma once

#include "link/context.h"

namespace tapstack::net {

// Cuts `packet` (a complete IPv4 packet, DF clear) into fragments of at most `mtu_bytes`, at least
// link::kMtuMin, and appends them to `out` in order, each with info of the original. Payload blocks
// are shared out, not copied. A packet that is itself a fragment is cut further. Returns false when
// memory is exhausted: nothing is appended then; the packet is gone in both cases.
bool fragment4(Context& ctx, mem::PacketPtr packet, uint32_t mtu_bytes, mem::PacketQueue& out);

}  // namespace tapstack::net
