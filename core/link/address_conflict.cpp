#include "link/address_conflict.h"

namespace tapstack::link {
namespace {

void give_up(InterfaceAddress& own) {
  own.state = AddressState::kDuplicate;
  own.probe.stop();
}

// RFC 5227 2.4: an address in use.
ConflictOutcome contest(const Context& ctx, InterfaceAddress& own) {
  if (own.on_conflict == ConflictPolicy::kIgnore) return ConflictOutcome::kDisputed;
  const bool is_second = ctx.now < own.defends_again_at;
  own.defends_again_at = ctx.now + kDefendInterval;
  if (!is_second) return ConflictOutcome::kDefend;
  if (own.on_conflict == ConflictPolicy::kYield) give_up(own);
  return ConflictOutcome::kDisputed;
}

}  // namespace

ConflictOutcome check_conflict(Context& ctx, Interface& interface, const wire::ArpMessage& m) {
  const bool is_own_echo = m.sender_hardware == interface.settings.mac;
  if (m.sender_protocol.is_any()) {
    // 2.1.1: "an ARP Probe where the packet's 'target IP address' is the address being probed for,
    // and the packet's 'sender hardware address' is not the hardware address of any of the host's
    // interfaces": both want it, neither gets it.
    InterfaceAddress* wanted = interface.find_address(m.target_protocol);
    if (wanted == nullptr || wanted->state != AddressState::kTentative || is_own_echo) {
      return ConflictOutcome::kNone;
    }
    give_up(*wanted);
    ctx.drop(DropReason::kArpAddressConflict);
    return ConflictOutcome::kDisputed;
  }
  InterfaceAddress* own = interface.find_address(m.sender_protocol);
  if (own == nullptr || own->state == AddressState::kDuplicate) return ConflictOutcome::kNone;
  ctx.drop(DropReason::kArpAddressConflict);
  if (is_own_echo) return ConflictOutcome::kDisputed;
  if (own->is_assigned()) return contest(ctx, *own);
  give_up(*own);
  return ConflictOutcome::kDisputed;
}

}  // namespace tapstack::link
