#include "net/redirect6.h"

#include "net/egress.h"
#include "net/route_lookup.h"

namespace tapstack::net {
namespace {

// RFC 4861 8.1; what 8.1 asks of all messages, nd_input() has checked.
bool is_valid(const Parts& parts, const NdReceived& message, Instant now) {
  const Ip6Address destination = message.view.destination();
  const Ip6Address target = message.view.target();
  if (!message.info.source.is_link_local() || destination.is_multicast()) return false;
  if (!target.is_link_local() && target != destination) return false;
  // "The IP source address of the Redirect is the same as the current first-hop router".
  const IpAddress to(destination, message.interface());
  const auto route = find_route(parts, {to, IpAddress(), InterfaceId{}}, now);
  return route.ok() && route->interface == message.interface() &&
         route->next_hop == message.info.source;
}

}  // namespace

void redirect6_input(Context& ctx, Parts& parts, const NdReceived& message) {
  if (!is_valid(parts, message, ctx.now)) return ctx.drop(DropReason::kNdBadAddress);
  const InterfaceId id = message.interface();
  const IpAddress target = message.target();
  const IpAddress destination(message.view.destination(), id);
  const bool is_neighbour = target == destination;
  // A table full of other routes: packets go the longer way on.
  parts.routes.redirect(destination, is_neighbour ? IpAddress() : target, id).ignore();
  if (const auto mac = message.link_layer(wire::NdOptionType::kTargetLinkLayer)) {
    transmit_all(ctx, parts, parts.neighbours.on_link_layer_option(ctx, id, target, *mac));
  }
}

}  // namespace tapstack::net
