#include "net/address_claim4.h"

#include "link/arp.h"
#include "net/address_timer.h"

namespace tapstack::net {

using link::AddressState;
using link::ProbeStep;

void start_claim4(Context& ctx, Parts& parts, InterfaceId id, link::InterfaceAddress& own) {
  const link::Interface* interface = parts.interfaces.find(id);
  const bool is_probed = own.on_conflict != link::ConflictPolicy::kIgnore;
  if (!is_probed || !interface->has_neighbours()) {
    link::arp_announce(ctx, parts.interfaces, id, own.address().ip4());
    return;
  }
  // RFC 5227 2.1: "a host implementing this specification MUST test to see if the address is
  // already in use" before it begins to use it.
  own.state = AddressState::kTentative;
  own.probe.start(ctx.now, link::kProbeSchedule4, ctx.random);
  arm_address_timer(ctx, parts, id);
}

void continue_claim4(Context& ctx, Parts& parts, InterfaceId id, link::InterfaceAddress& own) {
  while (true) {
    switch (own.probe.step(ctx.now, link::kProbeSchedule4, ctx.random)) {
      case ProbeStep::kProbe:
        link::arp_probe(ctx, parts.interfaces, id, own.address().ip4());
        break;
      case ProbeStep::kUnique:
        own.state = AddressState::kPreferred;
        break;
      case ProbeStep::kAnnounce:
        link::arp_announce(ctx, parts.interfaces, id, own.address().ip4());
        break;
      case ProbeStep::kNothing:
        return;
    }
  }
}

}  // namespace tapstack::net
