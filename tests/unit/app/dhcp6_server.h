// A server's side of DHCPv6 for tests: reads what a client sent, and makes answers.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "wire/dhcp6.h"

namespace tapstack::app {

namespace code6 = wire::dhcp6_option;
using wire::Dhcp6Type;
using wire::find_dhcp6_option;

inline constexpr Ip6Address kGranted6 = Ip6Address::from(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x99);
inline constexpr Ip6Address kDns6 = Ip6Address::from(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x53);
inline constexpr uint8_t kServerDuid[] = {0, 3, 0, 1, 2, 0, 0, 0, 0, 1};
inline constexpr uint8_t kOtherDuid[] = {0, 3, 0, 1, 2, 0, 0, 0, 0, 7};

struct Grant6 {
  Ip6Address address = kGranted6;
  uint32_t preferred_s = 1000, valid_s = 2000;
  uint32_t t1_s = 0, t2_s = 0;
  std::span<const uint8_t> server = kServerDuid;
  int preference = -1;
  bool rapid_commit = false;
  bool has_ia = true;
};

// The answer of `type` to `request`.
inline std::vector<uint8_t> answer6(const std::vector<uint8_t>& request, Dhcp6Type type,
                                    const Grant6& grant = {}) {
  const wire::Dhcp6View asked = *wire::Dhcp6View::parse(request);
  std::vector<uint8_t> bytes(1024);
  wire::Dhcp6Writer writer(bytes, type, asked.transaction());
  if (const auto id = find_dhcp6_option(asked.options(), code6::kClientId)) {
    writer.option(code6::kClientId, *id);
  }
  writer.option(code6::kServerId, grant.server);
  if (grant.preference >= 0) {
    const uint8_t preference = static_cast<uint8_t>(grant.preference);
    writer.option(code6::kPreference, {&preference, 1});
  }
  if (grant.rapid_commit) writer.option(code6::kRapidCommit, {});
  const auto ia = find_dhcp6_option(asked.options(), code6::kIaNa);
  if (ia && grant.has_ia) {
    const wire::Dhcp6IaAddress address{grant.address, grant.preferred_s, grant.valid_s};
    writer.ia_na(wire::Dhcp6IaNa::parse(*ia)->id, grant.t1_s, grant.t2_s, &address);
  }
  writer.option(code6::kDnsServers, kDns6.octets);
  bytes.resize(writer.bytes());
  return bytes;
}

// The same with a status code instead of an association.
inline std::vector<uint8_t> status6(const std::vector<uint8_t>& request, wire::Dhcp6Status status) {
  std::vector<uint8_t> bytes = answer6(request, Dhcp6Type::kReply, {.has_ia = false});
  for (const unsigned octet : {0u, unsigned{code6::kStatusCode}, 0u, 2u, 0u}) {
    bytes.push_back(static_cast<uint8_t>(octet));
  }
  bytes.push_back(static_cast<uint8_t>(status));
  return bytes;
}

}  // namespace tapstack::app
