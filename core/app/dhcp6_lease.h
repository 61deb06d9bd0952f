// What DHCPv6 servers grant and tell (RFC 8415 21, RFC 3646).
#pragma once

#include <cstdint>
#include <span>

#include "app/dhcp4_lease.h"
#include "util/address.h"
#include "util/time.h"
#include "wire/dhcp6.h"

namespace tapstack::app {

struct Dhcp6Lease {
  Ip6Address address;
  ShortList<uint8_t, wire::kDuidBytesMax> server;  // its DUID
  uint32_t preferred_s = 0, valid_s = 0;           // as granted
  Instant renew_at = Instant::never();
  Instant rebind_at = Instant::never();
  Instant preferred_until = Instant::never();
  Instant valid_until = Instant::never();
};

struct Dhcp6Information {
  ShortList<Ip6Address, 3> dns;
  ShortText<256> search;
  Instant refresh_at = Instant::never();
};

enum class Dhcp6Grant : uint8_t {
  kGranted,
  kNothing,    // no usable address
  kNoBinding,  // the server knows nothing of this one: Request it (RFC 8415 18.2.10.1)
  kNotOnLink,
};

// Reads what a message from `server_id`'s owner grants to the association `iaid`; times count from
// `now`.
Dhcp6Grant read_lease(const wire::Dhcp6View& message, uint32_t iaid, Instant now,
                      Dhcp6Lease& lease);
// Reads what else it tells.
void read_information(const wire::Dhcp6View& message, Instant now, Dhcp6Information& information);

}  // namespace tapstack::app
