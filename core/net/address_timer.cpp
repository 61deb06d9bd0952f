#include "net/address_timer.h"

#include <algorithm>

#include "net/duplicate_address.h"

namespace tapstack::net {
namespace {

using link::Interface;
using link::InterfaceAddress;

timer::TimerId timer_of(InterfaceId id) {
  return timer::make(timer::TimerKind::kAddress, id.value - 1u);
}

}  // namespace

void arm_address_timer(Context& ctx, const Parts& parts, InterfaceId id) {
  const Interface* interface = parts.interfaces.find(id);
  Instant next = Instant::never();
  if (interface != nullptr && interface->settings.is_up) {
    for (const InterfaceAddress& own : interface->addresses()) {
      next = std::min(next, own.probe_at);
    }
  }
  ctx.timers.arm(timer_of(id), next);
}

void on_address_timer(Context& ctx, Parts& parts, mem::Index index) {
  const InterfaceId id{static_cast<uint8_t>(index + 1)};
  Interface* interface = parts.interfaces.find(id);
  if (interface == nullptr) return;
  for (size_t i = 0; kConfig.ip6 && i < interface->address_count; ++i) {
    const InterfaceAddress& own = interface->address_slots[i];
    if (own.probe_at <= ctx.now) continue_probing(ctx, parts, id, own.address());
  }
  arm_address_timer(ctx, parts, id);
}

}  // namespace tapstack::net
