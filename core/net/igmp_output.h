// The packets that carry IGMP (RFC 3376 4, RFC 2236 2).
#pragma once

#include <span>

#include "net/parts.h"

namespace tapstack::net {

struct IgmpMessage {
  Ip4Address destination;
  std::span<const uint8_t> bytes;  // complete, or a report whose checksum is 0
};

// From the interface's address, or 0.0.0.0 while it has none (RFC 3376 4.2.13). What cannot be sent
// now is lost: it is repeated.
void send_igmp(Context& ctx, Parts& parts, InterfaceId interface, const IgmpMessage& message);

}  // namespace tapstack::net
