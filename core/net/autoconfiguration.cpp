#include "net/autoconfiguration.h"

#include "net/address_timer.h"
#include "net/group_reports.h"
#include "net/interface_identifier.h"
#include "net/nd_output.h"
#include "net/router_advertisement.h"

namespace tapstack::net {
namespace {

using link::AddressOrigin;
using link::Interface;
using link::InterfaceAddress;
using link::Ip6Mode;

constexpr uint8_t kLinkLocalPrefixBits = 64;  // RFC 4291 2.5.6
constexpr uint8_t kCollisionsMax = 3;  // RFC 7217 6 IDGEN_RETRIES, RFC 8981 3.8 TEMP_IDGEN_RETRIES
constexpr uint32_t kSearchDelayMaxMs = 1'000;  // RFC 4861 10, MAX_RTR_SOLICITATION_DELAY

bool has_link_local(const Interface& interface) {
  for (const InterfaceAddress& own : interface.addresses()) {
    if (own.address().is_ip6() && own.address().is_link_local()) return true;
  }
  return false;
}

// RFC 4862 5.3. Returns whether there is a new one; then all groups have been reported.
bool add_link_local(Context& ctx, Parts& parts, InterfaceId id) {
  const Interface& interface = *parts.interfaces.find(id);
  if (!interface.has_neighbours() || has_link_local(interface)) return false;
  const Ip6Address address =
      form_address(interface, Ip6Address::from(0xfe80, 0, 0, 0, 0, 0, 0, 0), 0);
  InterfaceAddress own;
  own.prefix = {IpAddress(address, id), kLinkLocalPrefixBits};
  own.origin = AddressOrigin::kLinkLocal;
  // Without room for it there is no IPv6 on the link, which addresses() shows.
  return add_ip6_address(ctx, parts, id, own, ProbeStart::kRandom).ok();
}

// Has `address` probed; where addresses are not, it is ours at once.
void begin(Context& ctx, Parts& parts, InterfaceId id, const IpAddress& address, ProbeStart start) {
  start_probing(ctx, parts, id, address, start);
  if (!parts.interfaces.find(id)->find_address(address)->probe_at.is_never()) return;
  // RFC 4861 6.3.7: not all hosts of a link at the same time.
  on_address_assigned(ctx, parts, id, address, Duration::ms(ctx.random.below(kSearchDelayMaxMs)));
}

bool is_automatic(const InterfaceAddress& own) { return own.origin != AddressOrigin::kManual; }

}  // namespace

void start_ip6(Context& ctx, Parts& parts, InterfaceId id) {
  Interface& interface = *parts.interfaces.find(id);
  if (!kConfig.ip6 || !interface.settings.is_up || interface.is_loopback) return;
  parts.links.reset(id);
  draw_reachable_time(ctx, parts.links.at(id));
  parts.neighbours.set_timing(id, {parts.links.at(id).retrans, parts.links.at(id).reachable});
  const link::Ip6Settings& ip6 = interface.settings.ip6;
  bool speaks_ip6 =
      ip6.mode == Ip6Mode::kAutoconfigured || (ip6.mode == Ip6Mode::kManual && ip6.has_link_local);
  for (size_t i = 0; i < interface.address_count; ++i) {
    const IpAddress address = interface.address_slots[i].address();
    if (!address.is_ip6()) continue;
    begin(ctx, parts, id, address, ProbeStart::kRandom);
    speaks_ip6 = true;
  }
  // The one that it had went with the link (stop_ip6).
  if (speaks_ip6) add_link_local(ctx, parts, id);
  arm_address_timer(ctx, parts, id);
}

void stop_ip6(Context& ctx, Parts& parts, InterfaceId id) {
  Interface& interface = *parts.interfaces.find(id);
  if (!kConfig.ip6 || interface.is_loopback) return;
  for (size_t i = interface.address_count; i-- > 0;) {
    const InterfaceAddress& own = interface.address_slots[i];
    if (!own.address().is_ip6() || !is_automatic(own)) continue;
    remove_ip6_address(ctx, parts, id, IpAddress(own.address())).ignore();
  }
  parts.links.reset(id);
  parts.dns.flush(id);
  parts.prefix_advertisers.flush(id);
  parts.routes.flush(id, true);
  parts.neighbours.set_timing(id, {});
  arm_address_timer(ctx, parts, id);
}

Status add_ip6_address(Context& ctx, Parts& parts, InterfaceId id, const InterfaceAddress& address,
                       ProbeStart start) {
  const Interface* interface = parts.interfaces.find(id);
  if (interface == nullptr) return Error::kNoDevice;
  const Ip6Mode mode = interface->settings.ip6.mode;
  if (mode == Ip6Mode::kOff) return Error::kInvalid;
  const Status added = parts.interfaces.add_address(id, address);
  if (!added.ok()) return added;
  if (!interface->is_loopback) {
    const Status joined = parts.groups.join({id, solicited_group_of(address.address(), id)});
    if (!joined.ok()) {
      parts.interfaces.remove_address(id, address.address()).ignore();
      return joined;
    }
    bool is_reported = false;
    if (interface->settings.is_up) {
      begin(ctx, parts, id, address.address(), start);
      is_reported = add_link_local(ctx, parts, id);
    }
    // Not before it is known that the address is tentative.
    if (!is_reported) report_group_changes(ctx, parts, id);
  }
  arm_address_timer(ctx, parts, id);
  return {};
}

Ip6Address form_address(const Interface& interface, const Ip6Address& prefix, uint8_t collisions) {
  const link::Ip6Settings& ip6 = interface.settings.ip6;
  if (ip6.identifier == link::IdentifierKind::kEui64) {
    return eui64_address(prefix, interface.settings.mac);
  }
  return stable_address(prefix, interface.settings.mac, collisions,
                        {ip6.stable_secret[0], ip6.stable_secret[1]});
}

void replace_duplicate(Context& ctx, Parts& parts, InterfaceId id,
                       const InterfaceAddress& duplicate) {
  const Interface& interface = *parts.interfaces.find(id);
  const bool is_temporary = duplicate.origin == AddressOrigin::kTemporary;
  const bool is_stable = interface.settings.ip6.identifier == link::IdentifierKind::kStable &&
                         (duplicate.origin == AddressOrigin::kLinkLocal ||
                          duplicate.origin == AddressOrigin::kAutoconfigured);
  if (!(is_temporary || is_stable) || duplicate.collisions >= kCollisionsMax) return;
  InterfaceAddress next = duplicate;
  const Ip6Address before = duplicate.address().ip6();
  ++next.collisions;
  next.prefix.address = IpAddress(is_temporary ? random_address(before, ctx.random)
                                               : form_address(interface, before, next.collisions),
                                  id);
  remove_ip6_address(ctx, parts, id, IpAddress(duplicate.address())).ignore();
  add_ip6_address(ctx, parts, id, next, ProbeStart::kRandom).ignore();
}

void on_address_assigned(Context& ctx, Parts& parts, InterfaceId id, const IpAddress& address,
                         Duration delay) {
  const Interface& interface = *parts.interfaces.find(id);
  if (interface.settings.ip6.mode != Ip6Mode::kAutoconfigured) return;
  if (address.is_link_local()) {
    parts.links.at(id).search.start(ctx.now + delay);
  } else if (interface.settings.ip6.announces_addresses && interface.has_neighbours()) {
    nd_announce(ctx, parts, id, *interface.find_address(address));
  }
}

Status remove_ip6_address(Context& ctx, Parts& parts, InterfaceId id, const IpAddress& address) {
  const Status removed = parts.interfaces.remove_address(id, address);
  if (!removed.ok()) return removed;
  if (id != link::kLoopback) parts.groups.leave({id, solicited_group_of(address, id)}).ignore();
  report_group_changes(ctx, parts, id);
  arm_address_timer(ctx, parts, id);
  return {};
}

}  // namespace tapstack::net
