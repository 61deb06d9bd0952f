// How addresses lie in packets.
#pragma once

#include <algorithm>
#include <cstdint>

#include "util/address.h"
#include "util/bytes.h"

namespace tapstack::wire {

constexpr MacAddress load_mac(const uint8_t* p) {
  MacAddress a;
  std::copy_n(p, a.octets.size(), a.octets.data());
  return a;
}
constexpr void store_mac(uint8_t* p, const MacAddress& a) {
  std::copy_n(a.octets.data(), a.octets.size(), p);
}

constexpr Ip4Address load_ip4(const uint8_t* p) { return {load_be32(p)}; }
constexpr void store_ip4(uint8_t* p, Ip4Address a) { store_be32(p, a.value); }

constexpr Ip6Address load_ip6(const uint8_t* p) {
  Ip6Address a;
  std::copy_n(p, a.octets.size(), a.octets.data());
  return a;
}
constexpr void store_ip6(uint8_t* p, const Ip6Address& a) {
  std::copy_n(a.octets.data(), a.octets.size(), p);
}

}  // namespace tapstack::wire
