// ARP (RFC 826, RFC 1122 2.3.2): answers for our own addresses, questions and answers for the
// neighbour cache, announcements (RFC 5227).
#pragma once

#include "link/context.h"
#include "link/interface_table.h"
#include "link/neighbour_cache.h"

namespace tapstack::link {

// A message that came in on `interface` (link header taken off). Replies are queued. Returns the
// packets that waited for what was learnt; they are the caller's to send.
mem::PacketQueue arp_input(Context& ctx, InterfaceTable& interfaces, NeighbourCache& neighbours,
                           mem::PacketPtr message);

// Sends the request that `ask` wants. Lost without harm when there is no memory: it is repeated.
void arp_solicit(Context& ctx, InterfaceTable& interfaces, const Solicitation& ask);

// Asks whether anybody has `address`, which is not ours yet (RFC 5227 2.1.1: "the 'sender IP
// address' field MUST be set to all zeroes").
void arp_probe(Context& ctx, InterfaceTable& interfaces, InterfaceId interface, Ip4Address address);

// Tells the link that `address` is now at this interface's MAC (gratuitous ARP, RFC 5227 2.3: "an
// ARP Announcement is identical to the ARP Probe, except that sender and target are both the
// address").
void arp_announce(Context& ctx, InterfaceTable& interfaces, InterfaceId interface,
                  Ip4Address address);

}  // namespace tapstack::link
