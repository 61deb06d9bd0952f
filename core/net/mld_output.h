// The packets that carry MLD (RFC 3810 5, RFC 2710 3).
#pragma once

#include <span>

#include "net/parts.h"

namespace tapstack::net {

struct MldMessage {
  Ip6Address destination;
  std::span<const uint8_t> bytes;  // its checksum is 0
};

// From the interface's link-local address, or :: while it has none (RFC 3810 5.2.13, RFC 3590 4).
// What cannot be sent now is lost: it is repeated.
void send_mld(Context& ctx, Parts& parts, InterfaceId interface, const MldMessage& message);

}  // namespace tapstack::net
