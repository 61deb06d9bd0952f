// Messages of neighbour discovery that came in (RFC 4861): what all have to prove, and who acts
// upon which.
#pragma once

#include "net/parts.h"

namespace tapstack::net {

// A whole ICMPv6 message of one of wire::NdType's types whose checksum is right, with its IPv6
// headers (info.ip_header_bytes) in front. Acts upon it: what it resolves is sent, questions are
// answered. Sockets may have the message whatever it says.
void nd_input(Context& ctx, Parts& parts, const mem::Packet& message);

}  // namespace tapstack::net
