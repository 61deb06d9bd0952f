// A DHCPv4 lease in a state file, so that the address outlives a restart (RFC 2131 3.2). A format
// of our own: magic, version, fields in network byte order, a check sum.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "util/address.h"

namespace tapstack::wire {

inline constexpr size_t kDhcp4StateBytes = 68;

// Times are seconds since 1970; UINT64_MAX: never. Addresses that are not known are 0.0.0.0.
struct Dhcp4StateRecord {
  MacAddress mac;
  Ip4Address address;
  uint8_t prefix_length = 0;  // [1, 32]
  uint16_t mtu_bytes = 0;
  Ip4Address server;
  Ip4Address router;
  std::array<Ip4Address, 3> dns{};
  uint64_t renew_wall_s = 0;
  uint64_t rebind_wall_s = 0;
  uint64_t expires_wall_s = 0;
};

void emit(std::span<uint8_t, kDhcp4StateBytes> out, const Dhcp4StateRecord& record);
// Empty: another length, magic or version, damaged, or a prefix length that cannot be.
std::optional<Dhcp4StateRecord> parse_dhcp4_state(std::span<const uint8_t> bytes);

}  // namespace tapstack::wire
