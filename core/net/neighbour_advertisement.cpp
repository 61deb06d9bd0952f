#include "net/neighbour_advertisement.h"

#include "net/duplicate_address.h"
#include "net/egress.h"

namespace tapstack::net {
namespace {

using link::AddressState;
using link::InterfaceAddress;

// RFC 4861 7.1.2.
bool is_valid(const NdReceived& message) {
  if (message.view.target().is_multicast()) return false;
  return !message.info.destination.is_multicast() || !message.view.is_solicited();
}

// RFC 4862 5.4.4: somebody else has one of our addresses.
void on_own_address(Context& ctx, Parts& parts, const NdReceived& message,
                    const InterfaceAddress& own) {
  const bool is_probed =
      own.state == AddressState::kTentative || own.state == AddressState::kOptimistic;
  if (is_probed) return on_duplicate_address(ctx, parts, message.interface(), own.address());
  // Ours was there first, as far as we know; who is right cannot be told from here.
  ctx.drop(DropReason::kNdAddressConflict);
}

}  // namespace

void neighbour_advertisement_input(Context& ctx, Parts& parts, const NdReceived& message) {
  if (!is_valid(message)) return ctx.drop(DropReason::kNdBadAddress);
  const IpAddress target = message.target();
  const link::Interface& interface = *parts.interfaces.find(message.interface());
  if (const InterfaceAddress* own = interface.find_address(target)) {
    return on_own_address(ctx, parts, message, *own);
  }
  const link::Advertisement says{message.link_layer(wire::NdOptionType::kTargetLinkLayer),
                                 message.view.is_router(), message.view.is_solicited(),
                                 message.view.has_override()};
  const link::AdvertisementEffect effect =
      parts.neighbours.on_advertisement(ctx, message.interface(), target, says);
  if (effect.is_no_router) {
    // RFC 4861 7.2.5: it leaves the list of default routers, and nothing goes by it any more.
    parts.routes.forget_gateway(message.interface(), target, RouteOrigin::kRouter);
    parts.routes.forget_gateway(message.interface(), target, RouteOrigin::kRedirect);
  }
  transmit_all(ctx, parts, effect.released);
}

}  // namespace tapstack::net
