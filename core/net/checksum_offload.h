// Checksums that a device would have completed.
#pragma once

#include "link/context.h"

namespace tapstack::net {

// Completes the transport checksum of a packet whose state is kPartial; info.offload.checksum_start
// counts from the packet's first byte. Returns false, and leaves it as it was, when the positions
// lie outside the packet. No effect in any other state.
bool complete_checksum(Context& ctx, mem::Packet& packet);

// First `n` bytes of the packet as bytes that are its alone, so that they may be written: in the
// header area. nullptr when the packet is shorter or the area too small.
uint8_t* own_front(Context& ctx, mem::Packet& packet, uint32_t n);

}  // namespace tapstack::net
