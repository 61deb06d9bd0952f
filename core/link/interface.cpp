#include "link/interface.h"

namespace tapstack::link {
namespace {

constexpr uint32_t mask_of(uint8_t length) {
  return length == 0 ? 0 : ~uint32_t{0} << (32 - length);
}

}  // namespace

std::string_view InterfaceSettings::name_view() const {
  size_t length = 0;
  while (length < sizeof(name) && name[length] != 0) ++length;
  return {name, length};
}

bool contains(const Prefix& prefix, const IpAddress& address) {
  if (prefix.address.family() != address.family()) return false;
  const auto& a = prefix.address.octets();
  const auto& b = address.octets();
  const size_t whole = prefix.length / 8u;
  for (size_t i = 0; i < whole; ++i) {
    if (a[i] != b[i]) return false;
  }
  const unsigned rest = prefix.length % 8u;
  return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

const InterfaceAddress* Interface::find_address(const IpAddress& address) const {
  for (const InterfaceAddress& own : addresses()) {
    if (own.address() == address) return &own;
  }
  return nullptr;
}

InterfaceAddress* Interface::find_address(const IpAddress& address) {
  for (size_t i = 0; i < address_count; ++i) {
    if (address_slots[i].address() == address) return &address_slots[i];
  }
  return nullptr;
}

const InterfaceAddress* Interface::link_local() const {
  for (const InterfaceAddress& own : addresses()) {
    if (own.is_assigned() && own.address().is_ip6() && own.address().is_link_local()) return &own;
  }
  return nullptr;
}

bool Interface::has_address(const IpAddress& address) const {
  if (is_loopback && address.is_ip4() && address.is_loopback()) return true;
  const InterfaceAddress* own = find_address(address);
  return own != nullptr && own->is_assigned();
}

const Prefix* Interface::prefix_of(const IpAddress& address) const {
  for (const InterfaceAddress& own : addresses()) {
    if (own.is_assigned() && own.is_on_link && contains(own.prefix, address)) return &own.prefix;
  }
  return nullptr;
}

bool Interface::is_broadcast(const IpAddress& address) const {
  if (!address.is_ip4() || is_loopback) return false;
  const uint32_t value = address.ip4().value;
  if (address.ip4().is_limited_broadcast()) return true;
  for (const InterfaceAddress& own : addresses()) {
    if (own.prefix.length > 30 || !contains(own.prefix, address)) continue;
    if ((value | mask_of(own.prefix.length)) == 0xffffffffu) return true;
  }
  return false;
}

}  // namespace tapstack::link
