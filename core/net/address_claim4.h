// Claiming IPv4 addresses: probes before an address is used, announcements after (RFC 5227 2.1,
// 2.3). Objections are heard in link/address_conflict.h.
#pragma once

#include "net/parts.h"

namespace tapstack::net {

// `own` was added to interface `id`, or the link is new: one that is probed becomes tentative, any
// other is announced at once.
void start_claim4(Context& ctx, Parts& parts, InterfaceId id, link::InterfaceAddress& own);

// Does what is due now. Nothing for an address that is not probed.
void continue_claim4(Context& ctx, Parts& parts, InterfaceId id, link::InterfaceAddress& own);

}  // namespace tapstack::net
