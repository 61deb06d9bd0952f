// What differs between the two versions of IP only by a name or a number.
#pragma once

#include "config.h"
#include "link/context.h"
#include "util/address.h"
#include "util/result.h"

namespace tapstack::net {

// False at compile time in a profile without IPv6, so that what depends on it is dropped.
constexpr bool is_ip6(const IpAddress& address) { return kConfig.ip6 && address.is_ip6(); }

// The counter for packets of the family of `address`.
constexpr Mib mib_of(const IpAddress& address, Mib ip4, Mib ip6) {
  return is_ip6(address) ? ip6 : ip4;
}

// Counts that a packet to `destination` ends here on its way out, and returns `error`.
inline Error refuse_output(Context& ctx, const IpAddress& destination, DropReason reason,
                           Error error) {
  ctx.drop(reason);
  ctx.counters.count(mib_of(destination, Mib::kIpOutDiscards, Mib::kIp6OutDiscards));
  return error;
}

// Counts that there was no way to `destination`, if that is what `why` says.
inline void count_no_route(const Context& ctx, const IpAddress& destination, Error why) {
  if (why != Error::kNetworkUnreachable) return;
  ctx.counters.count(mib_of(destination, Mib::kIpOutNoRoutes, Mib::kIp6OutNoRoutes));
}

}  // namespace tapstack::net
