#include "link/interface_table.h"

#include <utility>

namespace tapstack::link {
namespace {

constexpr uint8_t address_bits(const IpAddress& address) { return address.is_ip4() ? 32 : 128; }

// An address that a host may have: RFC 1122 3.2.1.3.
bool is_host_address(const IpAddress& address) {
  if (address.family() == Family::kNone || address.is_any() || address.is_multicast()) return false;
  if (address.is_ip6()) {
    const bool has_zone = !address.ip6().needs_zone() || address.zone().value != 0;
    return kConfig.ip6 && has_zone && !address.ip6().is_mapped();
  }
  const Ip4Address a = address.ip4();
  return !a.is_this_network() && !a.is_reserved() && !a.is_limited_broadcast();
}

}  // namespace

InterfaceTable::InterfaceTable() {
  Interface& lo = slots_[0];
  lo.id = kLoopback;
  lo.is_loopback = true;
  lo.settings.name[0] = 'l';
  lo.settings.name[1] = 'o';
  lo.settings.mtu_bytes = kConfig.loopback_mtu_bytes;
  lo.settings.can_segment = true;
  lo.settings.can_checksum = true;
  lo.address_slots[0].prefix = {Ip4Address::loopback(), 8};
  lo.address_slots[1].prefix = {Ip6Address::loopback(), 128};
  lo.address_count = kConfig.ip6 ? 2 : 1;
}

Error InterfaceTable::check(const InterfaceSettings& settings, InterfaceId self) const {
  const std::string_view name = settings.name_view();
  if (name.empty() || name.size() == sizeof(settings.name)) return Error::kInvalid;
  const Interface* same_name = find(name);
  if (same_name != nullptr && same_name->id != self) return Error::kInvalid;
  if (settings.mtu_bytes < kMtuMin || settings.mtu_bytes > kMtuMax) return Error::kInvalid;
  if (settings.mac.is_group()) return Error::kInvalid;
  return Error::kNone;
}

Result<InterfaceId> InterfaceTable::add(const InterfaceSettings& settings) {
  const Error wrong = check(settings, InterfaceId{});
  if (wrong != Error::kNone) return wrong;
  for (size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].id.value != 0) continue;
    slots_[i] = Interface{};
    slots_[i].id = InterfaceId{static_cast<uint8_t>(i + 1)};
    slots_[i].settings = settings;
    return slots_[i].id;
  }
  return Error::kNoBuffers;
}

Status InterfaceTable::change(InterfaceId id, const InterfaceSettings& settings) {
  Interface* interface = find(id);
  if (interface == nullptr) return Error::kNoDevice;
  const Error wrong = check(settings, id);
  if (wrong != Error::kNone) return wrong;
  if (interface->is_loopback && settings.name_view() != "lo") return Error::kInvalid;
  interface->settings = settings;
  return {};
}

Status InterfaceTable::remove(Context& ctx, InterfaceId id) {
  Interface* interface = find(id);
  if (interface == nullptr) return Error::kNoDevice;
  if (interface->is_loopback) return Error::kInvalid;
  ctx.memory.clear(interface->transmit);
  *interface = Interface{};
  return {};
}

Status InterfaceTable::add_address(InterfaceId id, const InterfaceAddress& address) {
  Interface* interface = find(id);
  if (interface == nullptr) return Error::kNoDevice;
  const Prefix& prefix = address.prefix;
  if (!is_host_address(prefix.address)) return Error::kInvalid;
  if (prefix.length == 0 || prefix.length > address_bits(prefix.address)) return Error::kInvalid;
  for (const Interface& other : slots_) {
    if (other.find_address(prefix.address) != nullptr) return Error::kAddressInUse;
  }
  if (interface->address_count == interface->address_slots.size()) return Error::kNoBuffers;
  interface->address_slots[interface->address_count++] = address;
  return {};
}

Status InterfaceTable::remove_address(InterfaceId id, const IpAddress& address) {
  Interface* interface = find(id);
  if (interface == nullptr) return Error::kNoDevice;
  auto& slots = interface->address_slots;
  for (size_t i = 0; i < interface->address_count; ++i) {
    if (slots[i].address() != address) continue;
    for (size_t k = i + 1; k < interface->address_count; ++k) slots[k - 1] = slots[k];
    --interface->address_count;
    return {};
  }
  return Error::kAddressNotAvailable;
}

Interface* InterfaceTable::find(InterfaceId id) {
  if (id.value == 0 || id.value > slots_.size()) return nullptr;
  Interface& slot = slots_[id.value - 1u];
  return slot.id == id ? &slot : nullptr;
}

const Interface* InterfaceTable::find(InterfaceId id) const {
  if (id.value == 0 || id.value > slots_.size()) return nullptr;
  const Interface& slot = slots_[id.value - 1u];
  return slot.id == id ? &slot : nullptr;
}

const Interface* InterfaceTable::find(std::string_view name) const {
  for (const Interface& slot : slots_) {
    if (slot.id.value != 0 && slot.settings.name_view() == name) return &slot;
  }
  return nullptr;
}

const Interface* InterfaceTable::at(size_t n) const {
  for (const Interface& slot : slots_) {
    if (slot.id.value != 0 && n-- == 0) return &slot;
  }
  return nullptr;
}

const Interface* InterfaceTable::owner(const IpAddress& address) const {
  for (const Interface& slot : slots_) {
    if (slot.id.value != 0 && slot.settings.is_up && slot.has_address(address)) return &slot;
  }
  return nullptr;
}

Status InterfaceTable::enqueue(Context& ctx, InterfaceId id, mem::PacketPtr frame) {
  Interface* interface = find(id);
  if (interface == nullptr) return Error::kNoDevice;
  if (!interface->settings.is_up) {
    ctx.drop(DropReason::kInterfaceDown);
    ++interface->counters.out_dropped;
    return Error::kNetworkDown;
  }
  if (!interface->has_room()) {
    ctx.drop(DropReason::kInterfaceQueueFull);
    ++interface->counters.out_dropped;
    return Error::kNoBuffers;
  }
  ctx.memory.push(interface->transmit, std::move(frame));
  return {};
}

mem::PacketPtr InterfaceTable::next_frame(Context& ctx, InterfaceId id) {
  Interface* interface = find(id);
  if (interface == nullptr) return {};
  mem::PacketPtr frame = ctx.memory.pop(interface->transmit);
  if (frame) {
    ++interface->counters.out_frames;
    interface->counters.out_bytes += frame->size();
  }
  return frame;
}

}  // namespace tapstack::link
