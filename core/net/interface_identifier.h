// The lower halves of IPv6 addresses that we form ourselves (RFC 4291 2.5.1).
#pragma once

#include "util/address.h"

namespace tapstack::net {

// `prefix` with the 64 bits behind it made of `mac` (modified EUI-64: RFC 2464 4, RFC 4291
// appendix A).
Ip6Address eui64_address(const Ip6Address& prefix, const MacAddress& mac);

}  // namespace tapstack::net
