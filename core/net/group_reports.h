// Telling multicast routers what this host listens to: IGMPv3 (RFC 3376 5) and MLDv2 (RFC 3810 6),
// which are one protocol, with the older versions where an older router asks (RFC 3376 7.2, RFC
// 2236, RFC 1112 appendix I; RFC 3810 8.2, RFC 2710).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "net/parts.h"

namespace tapstack::net {

// What the routers of a link speak. IPv6 has no kOldest.
enum class GroupVersion : uint8_t {
  kOldest,   // IGMPv1
  kOlder,    // IGMPv2, MLDv1
  kCurrent,  // IGMPv3, MLDv2
};

// A query, as igmp_input and mld_input understand it.
struct GroupQuery {
  // Queries that name more sources are answered as if they named none: the answer says more.
  static constexpr size_t kSourcesMax = 16;

  GroupKey key;  // group any: about all groups
  GroupVersion version = GroupVersion::kCurrent;
  uint32_t max_response_ms = 0;
  uint8_t robustness = 0;   // of the querier, [0, 7]; 0: not told
  uint32_t interval_s = 0;  // of the querier; 0: not told
  std::array<IpAddress, kSourcesMax> sources;
  size_t source_count = 0;  // 0: none are named
};

// Reports what has changed in parts.groups about `interface`; after every change of memberships.
void report_group_changes(Context& ctx, Parts& parts, InterfaceId interface);
void on_group_query(Context& ctx, Parts& parts, const GroupQuery& query);
// Another host reported that it listens, in an older version: it needs no second report.
void on_other_report(Context& ctx, Parts& parts, const GroupKey& key);
// The timer kGroups of `interface` is due.
void on_group_timer(Context& ctx, Parts& parts, InterfaceId interface);
// What is known about the link's routers is forgotten and all groups are reported anew: the
// interface came up.
void restart_groups(Context& ctx, Parts& parts, InterfaceId interface);

// The interface has a valid link-local address now. Routers may have ignored what was reported from
// the unspecified one: its IPv6 groups are reported again (RFC 3590 4).
void report_groups_again(Context& ctx, Parts& parts, InterfaceId interface);

}  // namespace tapstack::net
