// ICMPv4 messages that came in (RFC 792, RFC 1122 3.2.2): echo is answered, errors become facts for
// the transports.
#pragma once

#include "net/icmp_error.h"
#include "net/parts.h"

namespace tapstack::net {

// Acts upon a message (IP header in front, ip_header_bytes of it). Returns whether it is sound, so
// that raw and ping sockets may have it. An error about one of our packets is left in parts.error.
bool icmp4_input(Context& ctx, Parts& parts, mem::Packet& message);

// What Linux tells sockets about Destination Unreachable, Time Exceeded and Parameter Problem.
ErrorMeaning meaning_of_icmp4(uint8_t type, uint8_t code);

}  // namespace tapstack::net
