// Answering echo requests, of both versions (RFC 792, RFC 1122 3.2.2.6, RFC 4443 4).
#pragma once

#include "net/parts.h"

namespace tapstack::net {

// Sends the reply to a sound echo request (IP header in front, info filled in). Lost, counted, when
// it must not be answered or there is no memory or route.
void answer_echo(Context& ctx, Parts& parts, const mem::Packet& request);

}  // namespace tapstack::net
