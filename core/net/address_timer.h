// The one timer of each interface for its addresses: probes and lifetimes.
#pragma once

#include "net/parts.h"

namespace tapstack::net {

// Sets the timer of `id` to the earliest of what is planned; to be called after every change.
void arm_address_timer(Context& ctx, const Parts& parts, InterfaceId id);

// The timer of kind kAddress with this index is due.
void on_address_timer(Context& ctx, Parts& parts, mem::Index index);

}  // namespace tapstack::net
