#include "net/neighbour_solicitation.h"

#include <algorithm>

#include "net/duplicate_address.h"
#include "net/egress.h"
#include "net/nd_output.h"

namespace tapstack::net {
namespace {

using link::AddressState;
using link::InterfaceAddress;
using wire::NdOptionType;

// RFC 4861 7.1.1.
bool is_valid(const NdReceived& message) {
  if (message.view.target().is_multicast()) return false;
  if (!message.is_from_unspecified()) return true;
  // "the IP destination address is a solicited-node multicast address", "there is no source
  // link-layer address option in the message".
  return message.info.destination.ip6().is_solicited_node() &&
         !wire::find_nd_option(message.view.options(), NdOptionType::kSourceLinkLayer);
}

// Whether a probe is one of ours that the link has thrown back (RFC 7527 4.2).
bool is_looped_back(const NdReceived& message, const InterfaceAddress& own) {
  const auto option = wire::find_nd_option(message.view.options(), NdOptionType::kNonce);
  if (!option || own.probes_sent == 0) return false;
  const auto nonce = option->nonce();
  return std::ranges::equal(nonce, own.nonce) || std::ranges::equal(nonce, own.nonce_before);
}

// RFC 4862 5.4.3: the target is an address that we are probing.
void on_tentative(Context& ctx, Parts& parts, const NdReceived& message,
                  const InterfaceAddress& own) {
  // "If the source address of the Neighbor Solicitation is a unicast address, the sender is
  // performing address resolution on the target; the solicitation should be silently ignored."
  if (!message.is_from_unspecified()) return ctx.drop(DropReason::kNdNotForUs);
  if (is_looped_back(message, own)) {
    return on_looped_probe(ctx, parts, message.interface(), own.address());
  }
  on_duplicate_address(ctx, parts, message.interface(), own.address());
}

}  // namespace

void neighbour_solicitation_input(Context& ctx, Parts& parts, const NdReceived& message) {
  if (!is_valid(message)) return ctx.drop(DropReason::kNdBadAddress);
  const IpAddress target = message.target();
  const link::Interface& interface = *parts.interfaces.find(message.interface());
  const InterfaceAddress* own = interface.find_address(target);
  if (own == nullptr || own->state == AddressState::kDuplicate) {
    return ctx.drop(DropReason::kNdNotForUs);
  }
  const bool is_probed =
      own->state == AddressState::kTentative || own->state == AddressState::kOptimistic;
  if (is_probed && (!own->is_assigned() || message.is_from_unspecified())) {
    return on_tentative(ctx, parts, message, *own);
  }
  NeighbourReply reply{message.interface(), target, message.info.source, true};
  if (message.is_from_unspecified()) {
    // RFC 4861 7.2.4: another host probes our address.
    reply.destination = IpAddress(Ip6Address::all_nodes(), message.interface());
    reply.is_solicited = false;
  } else if (const auto mac = message.link_layer(NdOptionType::kSourceLinkLayer)) {
    transmit_all(
        ctx, parts,
        parts.neighbours.on_link_layer_option(ctx, message.interface(), message.info.source, *mac));
  }
  nd_advertise(ctx, parts, reply);
}

}  // namespace tapstack::net
