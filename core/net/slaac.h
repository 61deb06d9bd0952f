// Addresses from the prefixes that routers advertise: RFC 4862 5.5.
#pragma once

#include "net/nd_message.h"

namespace tapstack::net {

// A prefix information option whose A flag is set: forms an address, or renews the lifetimes of the
// one that there is. arm_address_timer() is the caller's.
void on_autonomous_prefix(Context& ctx, Parts& parts, InterfaceId id, const wire::NdOption& option);

// RFC 4862 5.5.4: deprecates and removes addresses of `id` whose time has come.
void expire_addresses(Context& ctx, Parts& parts, InterfaceId id);

}  // namespace tapstack::net
