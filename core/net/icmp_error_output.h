// ICMP errors that we send, of both versions (RFC 792, RFC 1122 3.2.2, RFC 1812 4.3.2, RFC 4443).
#pragma once

#include "net/parts.h"
#include "wire/icmp.h"

namespace tapstack::net {

// Whose packet an error is about.
enum class ErrorCause : uint8_t {
  kReceived,  // a peer's: the rate limit counts
  kOwn,       // one of our own that could not leave: the error goes over loopback, to ourselves
};

// Reports `offending` (IP header in front, info filled in) to its source with an ICMP error of its
// version that begins with `header`. Nothing is sent, counted, about packets that must not be
// reported (see may_report4(), may_report6()) or when the rate limit is reached.
void send_icmp_error(Context& ctx, Parts& parts, const mem::Packet& offending,
                     const wire::IcmpHeader& header, ErrorCause cause = ErrorCause::kReceived);

}  // namespace tapstack::net
