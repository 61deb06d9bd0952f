// Putting the IP header in front of what a transport sends, of either version.
#pragma once

#include "net/parts.h"
#include "net/route.h"

namespace tapstack::net {

// See Network::send().
Status ip_output(Context& ctx, Parts& parts, mem::PacketPtr packet, const Route& route,
                 const SendParams& params);

}  // namespace tapstack::net
