#include "net/slaac.h"

#include "net/autoconfiguration.h"
#include "net/temporary_address.h"

namespace tapstack::net {
namespace {

using link::AddressOrigin;
using link::AddressState;
using link::Interface;
using link::InterfaceAddress;
using wire::NdOption;

constexpr Duration kTwoHours = Duration::s(2 * 3600);
constexpr uint8_t kIdentifierBits = 64;  // RFC 4291 2.5.1, RFC 2464 4

Instant end_of(uint32_t lifetime_s, Instant now) {
  return lifetime_s == wire::kLifetimeInfinite ? Instant::never() : now + Duration::s(lifetime_s);
}

// The address that was formed from this prefix before.
InterfaceAddress* formed_from(Interface& interface, const Prefix& prefix) {
  for (size_t i = 0; i < interface.address_count; ++i) {
    InterfaceAddress& own = interface.address_slots[i];
    if (own.origin == AddressOrigin::kAutoconfigured && own.prefix.length == prefix.length &&
        link::contains(prefix, own.address())) {
      return &own;
    }
  }
  return nullptr;
}

// Lifetimes that go up make a deprecated address a preferred one again, and the other way round.
void settle_preference(InterfaceAddress& own, Instant now) {
  if (own.state == AddressState::kDeprecated && own.preferred_until > now) {
    own.state = AddressState::kPreferred;
  } else if (own.state == AddressState::kPreferred && own.preferred_until <= now) {
    own.state = AddressState::kDeprecated;
  }
}

// RFC 4862 5.5.3 (e): nobody can end an address at once by a forged advertisement.
void renew(InterfaceAddress& own, const NdOption& option, Instant now) {
  own.preferred_until = end_of(option.preferred_s(), now);
  const Instant advertised = end_of(option.valid_s(), now);
  const Instant in_two_hours = now + kTwoHours;
  if (advertised > in_two_hours || advertised > own.valid_until) {
    own.valid_until = advertised;  // 1.
  } else if (own.valid_until > in_two_hours) {
    own.valid_until = in_two_hours;  // 3.; 2.: what is left is two hours or less, and stays
  }
  settle_preference(own, now);
}

}  // namespace

void on_autonomous_prefix(Context& ctx, Parts& parts, InterfaceId id, const NdOption& option) {
  const Ip6Address bits = option.prefix();
  // (a)-(c), and the length that leaves room for an interface identifier, (d).
  if (bits.is_link_local() || bits.is_multicast()) return;
  if (option.preferred_s() > option.valid_s()) return;
  if (option.prefix_length() + kIdentifierBits != 128) return;
  Interface& interface = *parts.interfaces.find(id);
  const Prefix prefix{IpAddress(bits), option.prefix_length()};
  if (InterfaceAddress* own = formed_from(interface, prefix)) {
    renew(*own, option, ctx.now);
    return refresh_temporary(ctx, parts, id);
  }
  if (option.valid_s() == 0) return;
  InterfaceAddress formed;
  formed.prefix = {IpAddress(form_address(interface, bits, 0)), prefix.length};
  formed.origin = AddressOrigin::kAutoconfigured;
  formed.is_on_link = false;
  formed.preferred_until = end_of(option.preferred_s(), ctx.now);
  formed.valid_until = end_of(option.valid_s(), ctx.now);
  // Refused when it is given by hand already, or when there is no room: then it is not used.
  add_ip6_address(ctx, parts, id, formed, ProbeStart::kRandom).ignore();
  refresh_temporary(ctx, parts, id);
}

void expire_addresses(Context& ctx, Parts& parts, InterfaceId id) {
  Interface& interface = *parts.interfaces.find(id);
  for (size_t i = interface.address_count; i-- > 0;) {
    InterfaceAddress& own = interface.address_slots[i];
    if (own.valid_until <= ctx.now && own.address().is_ip4()) {
      parts.interfaces.remove_address(id, IpAddress(own.address())).ignore();
    } else if (own.valid_until <= ctx.now) {
      remove_ip6_address(ctx, parts, id, IpAddress(own.address())).ignore();
    } else {
      settle_preference(own, ctx.now);
    }
  }
}

}  // namespace tapstack::net
