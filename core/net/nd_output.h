// Messages of neighbour discovery that we send (RFC 4861 4). All go out with hop limit 255; lost
// without harm when there is no memory, as each is repeated.
#pragma once

#include "net/parts.h"

namespace tapstack::net {

// The group in which neighbours ask for `address`; two addresses may share it, and each counts.
inline IpAddress solicited_group_of(const IpAddress& address, InterfaceId id) {
  return {Ip6Address::solicited_node(address.ip6()), id};
}

// Sends the solicitation that `ask` wants (RFC 4861 7.2.2).
void nd_solicit(Context& ctx, Parts& parts, const link::Solicitation& ask);

// Asks the link whether somebody has `address`, one of `id`'s, already (RFC 4862 5.4.2), with its
// nonce if it has one (RFC 7527 4.1).
void nd_probe(Context& ctx, Parts& parts, InterfaceId id, const link::InterfaceAddress& address);

// Asks for routers (RFC 4861 6.3.7), from our link-local address.
void nd_solicit_routers(Context& ctx, Parts& parts, InterfaceId id);

struct NeighbourReply {
  InterfaceId interface;
  IpAddress target;       // our address that was asked for
  IpAddress destination;  // who asked; the all-nodes group where that cannot be answered
  bool is_solicited = false;
};
// Tells where our address is (RFC 4861 7.2.4).
void nd_advertise(Context& ctx, Parts& parts, const NeighbourReply& reply);

// Tells the link's routers that `address` of `id` has come into use, so that the first packets to
// it need not wait for its resolution (RFC 9131 6.1.1).
void nd_announce(Context& ctx, Parts& parts, InterfaceId id, const link::InterfaceAddress& address);

}  // namespace tapstack::net
