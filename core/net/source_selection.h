// Which of its addresses a packet leaves with (RFC 1122 3.3.4.3, RFC 6724 5).
#pragma once

#include "link/interface.h"
#include "net/prefix_advertisers.h"
#include "util/result.h"

namespace tapstack::net {

// What a socket prefers (RFC 5014).
enum class SourcePreference : uint8_t { kNone, kTemporary, kPublic };

// An address of `interface` for packets to `destination` by way of `next_hop`. IPv4: the one that
// shares a network with the next hop, else the first. IPv6: the one that RFC 6724's rules put
// first; `advertisers`, if known, decide rule 5.5. Errors: kAddressNotAvailable, it has none.
Result<IpAddress> choose_source(const link::Interface& interface, const IpAddress& destination,
                                const IpAddress& next_hop,
                                SourcePreference preference = SourcePreference::kNone,
                                const PrefixAdvertisers* advertisers = nullptr);

}  // namespace tapstack::net
