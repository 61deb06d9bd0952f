// Temporary addresses beside autoconfigured ones, each for about a day, so that nobody can follow
// the host by its address: RFC 8981.
#pragma once

#include "net/parts.h"

namespace tapstack::net {

// Where `id` is to have them: brings their lifetimes in line with those of the addresses that they
// stand beside, and makes a new one where the last is about to be deprecated. arm_address_timer()
// is the caller's.
void refresh_temporary(Context& ctx, Parts& parts, InterfaceId id);

// When the next one has to be made; never() when that is not known to be needed.
Instant next_regeneration(const Parts& parts, const link::Interface& interface, Instant now);

}  // namespace tapstack::net
