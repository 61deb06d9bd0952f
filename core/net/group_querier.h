// What a host keeps about the multicast routers of one family on one interface.
#pragma once

#include <array>
#include <cstdint>

#include "config.h"
#include "util/time.h"

namespace tapstack::net {

struct GroupQuerier {
  // Until then a router of an older version counts as present (RFC 3376 7.2.1, RFC 3810 8.2.1).
  Instant oldest_until, older_until;      // IGMPv1; IGMPv2 and MLDv1
  uint32_t interval_s = 125;              // Query Interval, as heard last (RFC 3376 8.2)
  Instant general_at = Instant::never();  // a query about all groups is answered
  Instant changes_at = Instant::never();  // the next report of changes that is repeated
};

// By interface (id - 1) and family (IPv4, IPv6).
using GroupQueriers = std::array<std::array<GroupQuerier, 2>, kConfig.interfaces>;

}  // namespace tapstack::net
