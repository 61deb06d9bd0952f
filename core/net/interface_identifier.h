// The lower halves of IPv6 addresses that we form ourselves (RFC 4291 2.5.1).
#pragma once

#include "util/address.h"
#include "util/random.h"
#include "util/siphash.h"

namespace tapstack::net {

// `prefix` with the 64 bits behind it made of `mac` (modified EUI-64: RFC 2464 4, RFC 4291
// appendix A).
Ip6Address eui64_address(const Ip6Address& prefix, const MacAddress& mac);

// The same with bits that nobody foresees who does not know `secret`, and that are the same for the
// same arguments: RFC 7217 5. `collisions`: how many addresses made so were another host's.
Ip6Address stable_address(const Ip6Address& prefix, const MacAddress& mac, uint8_t collisions,
                          const SecretKey& secret);

// The same with random bits: RFC 8981 3.3.1.
Ip6Address random_address(const Ip6Address& prefix, Random& random);

// Whether the lower half of `address` is not for a host: RFC 5453 3, and the subnet-router anycast
// address (RFC 4291 2.6.1).
bool has_reserved_identifier(const Ip6Address& address);

}  // namespace tapstack::net
