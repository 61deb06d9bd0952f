// Changes of interfaces, addresses, routes and groups at run time, with everything that follows
// from them: caches are flushed, addresses announced.
#pragma once

#include "net/network.h"

namespace tapstack::net {

// Errors: see link::InterfaceTable. An interface has no address yet.
Result<InterfaceId> add_interface(Context& ctx, Network& network,
                                  const link::InterfaceSettings& settings);
// New settings. Going down drops what waits for the device and forgets neighbours, redirects, path
// MTUs and fragments; coming up and a new MAC announce the addresses (RFC 5227 2.3). Errors:
// kNoDevice, kInvalid.
Status change_interface(Context& ctx, Network& network, InterfaceId id,
                        const link::InterfaceSettings& settings);
// With its addresses, routes and groups. Errors: kNoDevice, kInvalid (loopback).
Status remove_interface(Context& ctx, Network& network, InterfaceId id);
// Errors: see link::InterfaceTable.
Status add_address(Context& ctx, Network& network, InterfaceId id, const Prefix& address);
// add_address() with its origin, its lifetimes, and whether an IPv4 address is probed first: one
// whose `on_conflict` is not kIgnore is tentative until nobody objected (RFC 5227 2.1, up to 9 s);
// its state tells when it is ours or that another host has it.
Status configure_address(Context& ctx, Network& network, InterfaceId id,
                         const link::InterfaceAddress& wanted);
// An IPv6 address is deprecated and removed at these instants instead (RFC 4862 5.5.4). Errors:
// kNoDevice, kAddressNotAvailable.
Status set_lifetimes(Context& ctx, Network& network, InterfaceId id, const IpAddress& address,
                     Instant preferred_until, Instant valid_until);
Status remove_address(Context& ctx, Network& network, InterfaceId id, const IpAddress& address);
// `gateway` without family: on link, and then `id` must be given. `id` 0: the interface that has
// the gateway on link. Errors: kNoDevice, kNetworkUnreachable (gateway not on link), and see
// RouteTable.
Status add_route(Network& network, const Prefix& destination, const IpAddress& gateway,
                 InterfaceId id);
// add_route() with all that there is to say about it; `is_neighbour`: its gateway is on the link,
// whatever the prefixes say. A route of another kind than kUnicast needs no interface.
Status configure_route(Network& network, const RouteEntry& wanted, bool is_neighbour);
Status remove_route(Network& network, const Prefix& destination);
// Gives a neighbour its link-layer address, in a state of NeighbourCache::set(), and sends what
// waited for it. Errors: kNoDevice, kInvalid (an interface without neighbours, not a unicast
// address), and see NeighbourCache::set().
Status set_neighbour(Context& ctx, Network& network, const link::NeighbourInfo& neighbour);
// Where a program that names interface `id` listens to `group`; 0: the interface that a packet to
// it would leave by. Errors: kNoDevice.
Result<InterfaceId> interface_of_group(const Network& network, InterfaceId id,
                                       const IpAddress& group, Instant now);
// Tells the routers what was changed in parts().groups about an interface.
void report_groups(Context& ctx, Network& network, InterfaceId id);

}  // namespace tapstack::net
