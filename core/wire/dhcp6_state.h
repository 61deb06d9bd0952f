// A DHCPv6 lease in a state file, so that the address outlives a restart (RFC
// 8415 18.2.3, 18.2.12). A format of our own: magic, version, fields in network byte order, a check
// sum.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "util/address.h"
#include "wire/dhcp6.h"

namespace tapstack::wire {

inline constexpr size_t kDhcp6StateBytes = 504;

// Times are seconds since 1970; UINT64_MAX: never. Servers that are not known are ::.
struct Dhcp6StateRecord {
  MacAddress mac;
  Ip6Address address;
  uint8_t server_bytes = 0;                     // [1, kDuidBytesMax]
  std::array<uint8_t, kDuidBytesMax> server{};  // its DUID
  std::array<Ip6Address, 3> dns{};
  uint16_t search_bytes = 0;  // [0, 256]
  std::array<char, 256> search{};
  uint64_t renew_wall_s = 0;
  uint64_t rebind_wall_s = 0;
  uint64_t preferred_wall_s = 0;
  uint64_t valid_wall_s = 0;
};

void emit(std::span<uint8_t, kDhcp6StateBytes> out, const Dhcp6StateRecord& record);
// Empty: another length, magic or version, damaged, or a length that cannot be.
std::optional<Dhcp6StateRecord> parse_dhcp6_state(std::span<const uint8_t> bytes);

}  // namespace tapstack::wire
