#include "net/temporary_address.h"

#include <algorithm>

#include "net/autoconfiguration.h"
#include "net/interface_identifier.h"

namespace tapstack::net {
namespace {

using link::AddressOrigin;
using link::AddressState;
using link::Interface;
using link::InterfaceAddress;

// RFC 8981 3.8.
constexpr Duration kValid = Duration::s(2 * 86'400);
constexpr Duration kPreferred = Duration::s(86'400);
constexpr uint32_t kDesyncMaxS = 86'400 / 10 * 4;
constexpr int64_t kRetries = 3;

// REGEN_ADVANCE: the new one has been probed before the old one ends.
Duration advance_of(const Parts& parts, const Interface& interface) {
  return Duration::s(2) +
         parts.links.at(interface.id).retrans * (kRetries * interface.settings.ip6.dad_transmits);
}

bool is_beside(const InterfaceAddress& own, const InterfaceAddress& stable) {
  return own.origin == AddressOrigin::kTemporary && link::contains(stable.prefix, own.address());
}

// RFC 8981 3.4: no longer than the prefix, and no longer than we want.
void limit(InterfaceAddress& own, const InterfaceAddress& stable, Instant now) {
  own.preferred_until = std::min(own.preferred_max, stable.preferred_until);
  own.valid_until = std::min(own.valid_max, stable.valid_until);
  if (own.state == AddressState::kDeprecated && own.preferred_until > now) {
    own.state = AddressState::kPreferred;
  }
}

void make(Context& ctx, Parts& parts, InterfaceId id, const InterfaceAddress& stable) {
  InterfaceAddress own;
  const Ip6Address address = random_address(stable.address().ip6(), ctx.random);
  own.prefix = {IpAddress(address), stable.prefix.length};
  own.origin = AddressOrigin::kTemporary;
  own.is_on_link = false;
  // DESYNC_FACTOR: not all hosts change at the same time.
  own.preferred_max = ctx.now + kPreferred - Duration::s(ctx.random.below(kDesyncMaxS));
  own.valid_max = ctx.now + kValid;
  limit(own, stable, ctx.now);
  // Without room the host does without.
  add_ip6_address(ctx, parts, id, own, ProbeStart::kRandom).ignore();
}

// RFC 8981 3.5: when none is left that will be preferred for long enough, another one is made.
void refresh(Context& ctx, Parts& parts, Interface& interface, const InterfaceAddress& stable) {
  const Instant soon = ctx.now + advance_of(parts, interface);
  bool has_fresh = stable.preferred_until <= soon;  // then there is no use in another one
  for (size_t i = 0; i < interface.address_count; ++i) {
    InterfaceAddress& own = interface.address_slots[i];
    if (!is_beside(own, stable)) continue;
    limit(own, stable, ctx.now);
    has_fresh |= own.preferred_until > soon;
  }
  if (!has_fresh) make(ctx, parts, interface.id, stable);
}

}  // namespace

void refresh_temporary(Context& ctx, Parts& parts, InterfaceId id) {
  Interface& interface = *parts.interfaces.find(id);
  if (!interface.settings.ip6.has_temporary) return;
  for (size_t i = 0; i < interface.address_count; ++i) {
    const InterfaceAddress stable = interface.address_slots[i];
    if (stable.origin == AddressOrigin::kAutoconfigured) refresh(ctx, parts, interface, stable);
  }
}

Instant next_regeneration(const Parts& parts, const Interface& interface, Instant now) {
  Instant next = Instant::never();
  for (const InterfaceAddress& own : interface.addresses()) {
    if (own.origin != AddressOrigin::kTemporary) continue;
    const Instant at = own.preferred_until - advance_of(parts, interface);
    if (at > now) next = std::min(next, at);
  }
  return next;
}

}  // namespace tapstack::net
