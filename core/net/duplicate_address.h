// Whether an IPv6 address that we want is another host's already: RFC 4862 5.4, RFC 7527, RFC 4429.
#pragma once

#include "net/parts.h"

namespace tapstack::net {

// When the first probe goes out.
enum class ProbeStart : uint8_t {
  kNow,
  // Within a second: others on the link may be about to do the same (RFC 4862 5.4.2).
  kRandom,
};

// `address` was just added to `id`, or the interface comes up again: makes it tentative (where
// addresses are probed at all), and plans the first probe. arm_address_timer() is the caller's.
void start_probing(Context& ctx, Parts& parts, InterfaceId id, const IpAddress& address,
                   ProbeStart start);

// own.probe_at has come: sends the next probe, or, when all were sent and nobody objected, makes
// the address ours. Returns whether it has just become so.
bool continue_probing(Context& ctx, Parts& parts, InterfaceId id, const IpAddress& address);

// The link has thrown a probe for `address` back (RFC 7527 4.2).
void on_looped_probe(Context& ctx, Parts& parts, InterfaceId id, const IpAddress& address);
// Another host has `address`, which was being probed. It stays in the list as a duplicate.
void on_duplicate_address(Context& ctx, Parts& parts, InterfaceId id, const IpAddress& address);

}  // namespace tapstack::net
