// A link without a layer of its own: whole IP packets go in and out, and there are no neighbours to
// resolve. What a tun device, a serial line with PPP, or a test of packets is.
#pragma once

#include "link/ethernet.h"

namespace tapstack::link {

// Checks a packet that came in on `interface` and fills info.interface. kNone: the interface is
// down, or it is not a packet that we understand; counted, and the caller drops it.
Payload raw_ip_input(Context& ctx, Interface& interface, mem::Packet& packet);

}  // namespace tapstack::link
