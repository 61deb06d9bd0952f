// ICMPv4 errors that we send (RFC 792, RFC 1122 3.2.2, RFC 1812 4.3.2).
#pragma once

#include "net/parts.h"
#include "wire/icmp4.h"

namespace tapstack::net {

// Whose packet an error is about.
enum class ErrorCause : uint8_t {
  kReceived,  // a peer's: the rate limit counts
  kOwn,       // one of our own that could not leave: the error goes over loopback, to ourselves
};

// Reports `offending` (IP header in front, info filled in) to its source with an ICMP error that
// begins with `header`. Nothing is sent, counted, when RFC 1122 3.2.2 forbids it: about ICMP
// errors, later fragments, packets to a broadcast or multicast address of IP or link, or from a
// source that is not one host; or when the rate limit is reached.
void send_icmp4_error(Context& ctx, Parts& parts, const mem::Packet& offending,
                      const wire::Icmp4Header& header, ErrorCause cause = ErrorCause::kReceived);

}  // namespace tapstack::net
