// Packets to groups and broadcasts of our own that members on this host get too (RFC 1112 6.1).
#pragma once

#include "net/parts.h"
#include "net/route.h"

namespace tapstack::net {

// Queues a copy of `packet`, complete from its IP header on, as if it had come in on the interface
// that it leaves by: for a broadcast, and for a group that has members there, where the sender
// wants it (IP_MULTICAST_LOOP). Without memory the copy is dropped and counted.
void loop_back_to_members(Context& ctx, Parts& parts, const mem::Packet& packet, const Route& route,
                          const SendParams& params);

}  // namespace tapstack::net
