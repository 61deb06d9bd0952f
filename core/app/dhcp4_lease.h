// What a DHCP server grants an IPv4 host: the address, for how long, and what it says about the
// network (RFC 2131 4.3.1, RFC 2132).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "util/address.h"
#include "util/time.h"
#include "wire/dhcp4.h"

namespace tapstack::app {

// At most N of something, in the order of preference.
template <class T, size_t N>
struct ShortList {
  std::array<T, N> items{};
  uint8_t count = 0;

  std::span<const T> span() const { return {items.data(), count}; }
  void add(const T& item) {  // what does not fit is left out
    if (count < N) items[count++] = item;
  }
};

// Text of at most N characters.
template <size_t N>
struct ShortText {
  std::array<char, N> characters{};
  uint16_t length = 0;

  std::string_view view() const { return {characters.data(), length}; }
  void set(std::string_view text) {
    length = static_cast<uint16_t>(std::min(text.size(), N));
    std::copy_n(text.data(), length, characters.data());
  }
};

inline constexpr uint32_t kForeverS = 0xffffffff;  // RFC 2131 3.3: infinity

struct Dhcp4Lease {
  Ip4Address address;
  uint8_t prefix_length = 0;
  Ip4Address server;                      // option 54
  ShortList<wire::Dhcp4Route, 8> routes;  // default routes among them
  ShortList<Ip4Address, 3> dns;
  ShortList<Ip4Address, 2> ntp;
  ShortText<64> domain;    // option 15
  ShortText<256> search;   // option 119, with spaces between
  uint16_t mtu_bytes = 0;  // 0: not told
  Instant renew_at = Instant::never();
  Instant rebind_at = Instant::never();
  Instant expires_at = Instant::never();

  Prefix prefix() const { return {address, prefix_length}; }
};

// Reads what an acknowledgement grants to a client that sent its request at `asked_at` (RFC 2131
// 4.4.1: "the sum of the time at which the client sent the DHCPREQUEST message and the duration of
// the lease"). False when it cannot be used: no address that a host can have, no server, no time.
bool read_lease(const wire::Dhcp4View& message, Instant asked_at, Dhcp4Lease& lease);

}  // namespace tapstack::app
