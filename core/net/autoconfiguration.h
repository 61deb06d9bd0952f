// IPv6 addresses of an interface from its coming up to its going down: RFC 4862 5.
#pragma once

#include "net/duplicate_address.h"
#include "net/parts.h"

namespace tapstack::net {

// The interface has come up (or is new): its addresses are probed (again), and where it is to
// configure itself it gets its link-local address.
void start_ip6(Context& ctx, Parts& parts, InterfaceId id);
// It goes down or away: what was configured automatically is forgotten, with what was learnt.
void stop_ip6(Context& ctx, Parts& parts, InterfaceId id);

// Gives `id` an address, joins its solicited-node group and has it probed. Errors: kInvalid
// (IPv6 is off there), see link::InterfaceTable.
Status add_ip6_address(Context& ctx, Parts& parts, InterfaceId id,
                       const link::InterfaceAddress& address, ProbeStart start);
// An address in the /64 of `prefix` for `interface`, as its settings want it made.
Ip6Address form_address(const link::Interface& interface, const Ip6Address& prefix,
                        uint8_t collisions);
// `duplicate` of `id` is another host's: another address takes its place, if one can be made (RFC
// 7217 6, RFC 8981 3.4) and three have not failed already.
void replace_duplicate(Context& ctx, Parts& parts, InterfaceId id,
                       const link::InterfaceAddress& duplicate);
// `address` of `id` has just become ours: with a link-local one the search for routers begins.
void on_address_assigned(Context& ctx, Parts& parts, InterfaceId id, const IpAddress& address,
                         Duration delay);
// Errors: see link::InterfaceTable.
Status remove_ip6_address(Context& ctx, Parts& parts, InterfaceId id, const IpAddress& address);

}  // namespace tapstack::net
