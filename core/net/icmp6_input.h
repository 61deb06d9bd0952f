// ICMPv6 messages that came in (RFC 4443): echo is answered, errors become facts for the
// transports.
#pragma once

#include "net/icmp_error.h"
#include "net/parts.h"

namespace tapstack::net {

// Acts upon a message (headers in front, info.ip_header_bytes of them). Returns whether it is
// sound, so that raw and ping sockets may have it. An error about one of our packets is left in
// parts.error.
bool icmp6_input(Context& ctx, Parts& parts, mem::Packet& message);

// What Linux tells sockets about Destination Unreachable, Packet Too Big, Time Exceeded and
// Parameter Problem.
ErrorMeaning meaning_of_icmp6(uint8_t type, uint8_t code);

}  // namespace tapstack::net
