#include "net/duplicate_address.h"

#include "net/address_timer.h"
#include "net/autoconfiguration.h"
#include "net/interface_identifier.h"
#include "net/nd_output.h"

namespace tapstack::net {
namespace {

using link::AddressState;
using link::Interface;
using link::InterfaceAddress;

constexpr uint32_t kStartDelayMaxMs = 1'000;  // RFC 4861 10, MAX_RTR_SOLICITATION_DELAY
constexpr uint8_t kExtraProbes = 3;           // RFC 4861 10, MAX_MULTICAST_SOLICIT

void settle(Context& ctx, InterfaceAddress& own) {
  own.probe_at = Instant::never();
  own.state = own.preferred_until <= ctx.now ? AddressState::kDeprecated : AddressState::kPreferred;
}

}  // namespace

void start_probing(Context& ctx, Parts& parts, InterfaceId id, const IpAddress& address,
                   ProbeStart start) {
  Interface& interface = *parts.interfaces.find(id);
  InterfaceAddress& own = *interface.find_address(address);
  const bool is_asked = interface.settings.ip6.dad_transmits > 0 && !own.skips_probing;
  if (!interface.has_neighbours() || !is_asked) return settle(ctx, own);
  own.state =
      interface.settings.ip6.is_optimistic ? AddressState::kOptimistic : AddressState::kTentative;
  own.probes_sent = 0;
  own.probes_wanted = interface.settings.ip6.dad_transmits;
  own.was_looped_back = false;
  ctx.random.fill(own.nonce);
  own.probe_at = ctx.now;
  if (start == ProbeStart::kRandom) {
    own.probe_at = ctx.now + Duration::ms(ctx.random.below(kStartDelayMaxMs));
  }
}

bool continue_probing(Context& ctx, Parts& parts, InterfaceId id, const IpAddress& address) {
  Interface& interface = *parts.interfaces.find(id);
  InterfaceAddress& own = *interface.find_address(address);
  if (own.probes_sent >= own.probes_wanted) {
    if (!own.was_looped_back) {
      settle(ctx, own);
      return true;
    }
    // RFC 7527 4.1: while the link throws probes back, others' do not get through either. More of
    // them follow until none comes back.
    own.was_looped_back = false;
    own.probes_sent = 0;
    own.probes_wanted = kExtraProbes;
  }
  ++own.probes_sent;
  own.nonce_before = own.nonce;
  ctx.random.fill(own.nonce);  // RFC 7527 4.1: "each Enhanced DAD probe uses a different nonce"
  own.probe_at = ctx.now + parts.links.at(id).retrans;
  nd_probe(ctx, parts, id, own);
  return false;
}

void on_looped_probe(Context& ctx, Parts& parts, InterfaceId id, const IpAddress& address) {
  ctx.drop(DropReason::kNdLoopedBack);
  parts.interfaces.find(id)->find_address(address)->was_looped_back = true;
}

void on_duplicate_address(Context& ctx, Parts& parts, InterfaceId id, const IpAddress& address) {
  Interface& interface = *parts.interfaces.find(id);
  InterfaceAddress& own = *interface.find_address(address);
  ctx.drop(DropReason::kNdAddressConflict);
  own.state = AddressState::kDuplicate;
  own.probe_at = Instant::never();
  // RFC 4862 5.4.5: the identifier of a link-local address made of the MAC should be unique; "in
  // this case, the IP operation on the interface SHOULD be disabled".
  const bool is_hardware_duplicate =
      address.is_link_local() &&
      address.ip6() == eui64_address(address.ip6(), interface.settings.mac);
  if (is_hardware_duplicate) {
    parts.links.at(id).is_disabled = true;
    parts.links.at(id).search.stop();
  }
  replace_duplicate(ctx, parts, id, InterfaceAddress(own));
  arm_address_timer(ctx, parts, id);
}

}  // namespace tapstack::net
