// Putting the IPv4 header in front of what a transport sends (RFC 791, RFC 1122 3.2.1, RFC 6864).
#pragma once

#include "net/parts.h"
#include "net/route.h"

namespace tapstack::net {

// See Network::send().
Status ip4_output(Context& ctx, Parts& parts, mem::PacketPtr packet, const Route& route,
                  const SendParams& params);

}  // namespace tapstack::net
