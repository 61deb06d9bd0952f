#include "net/address_timer.h"

#include <algorithm>

#include "net/address_claim4.h"
#include "net/autoconfiguration.h"
#include "net/group_reports.h"
#include "net/nd_output.h"
#include "net/slaac.h"
#include "net/temporary_address.h"

namespace tapstack::net {
namespace {

using link::Interface;
using link::InterfaceAddress;

timer::TimerId timer_of(InterfaceId id) {
  return timer::make(timer::TimerKind::kAddress, id.value - 1u);
}

// When a preferred address ceases to be one.
Instant deprecation(const InterfaceAddress& own) {
  return own.state == link::AddressState::kPreferred ? own.preferred_until : Instant::never();
}

void probe_addresses(Context& ctx, Parts& parts, const Interface& interface) {
  for (const InterfaceAddress& own : interface.addresses()) {
    if (own.probe_at > ctx.now) continue;
    if (!continue_probing(ctx, parts, interface.id, own.address())) continue;
    if (own.address().is_link_local()) report_groups_again(ctx, parts, interface.id);
    // RFC 4861 6.3.7: the random delay before the first solicitation was that of the probes.
    on_address_assigned(ctx, parts, interface.id, own.address(), Duration());
  }
}

void search_routers(Context& ctx, Parts& parts, InterfaceId id) {
  RouterSearch& search = parts.links.at(id).search;
  if (search.ask_at() > ctx.now) return;
  search.on_asked(ctx.now, ctx.random);
  nd_solicit_routers(ctx, parts, id);
}

}  // namespace

void arm_address_timer(Context& ctx, const Parts& parts, InterfaceId id) {
  const Interface* interface = parts.interfaces.find(id);
  Instant next = Instant::never();
  if (interface != nullptr && interface->settings.is_up) {
    for (const InterfaceAddress& own : interface->addresses()) {
      next = std::min(
          {next, own.probe_at, own.probe.next_deadline(), own.valid_until, deprecation(own)});
    }
    next = std::min({next, parts.routes.next_expiry(id), parts.links.at(id).search.ask_at(),
                     next_regeneration(parts, *interface, ctx.now)});
  }
  ctx.timers.arm(timer_of(id), next);
}

void on_address_timer(Context& ctx, Parts& parts, mem::Index index) {
  const InterfaceId id{static_cast<uint8_t>(index + 1)};
  Interface* interface = parts.interfaces.find(id);
  if (interface == nullptr) return;
  if constexpr (kConfig.ip6) {
    probe_addresses(ctx, parts, *interface);
    refresh_temporary(ctx, parts, id);
    expire_addresses(ctx, parts, id);
    search_routers(ctx, parts, id);
  }
  for (size_t i = 0; i < interface->address_count; ++i) {
    continue_claim4(ctx, parts, id, interface->address_slots[i]);
  }
  parts.routes.expire(ctx.now);
  arm_address_timer(ctx, parts, id);
}

}  // namespace tapstack::net
