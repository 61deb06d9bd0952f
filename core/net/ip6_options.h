// Options of the Hop-by-Hop and Destination Options headers (RFC 8200 4.2).
#pragma once

#include "net/parts.h"

namespace tapstack::net {

// An options header in a packet: [offset, offset + size) from the start of the IPv6 header.
struct Ip6OptionsPlace {
  uint32_t offset = 0;
  uint32_t size = 0;
};

// Walks the options of the header at `place`, which lies within `packet`. False: the packet ends
// here, counted, and is reported if an unknown option asks for it.
bool obey_ip6_options(Context& ctx, Parts& parts, const mem::Packet& packet,
                      const Ip6OptionsPlace& place);

}  // namespace tapstack::net
