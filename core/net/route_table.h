// Routes beyond the interfaces' own prefixes: those that an embedder gives, what routers advertise
// (default routers, prefixes on the link, RFC 4191's more specific routes), and host routes learnt
// from ICMP redirects.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <optional>
#include <span>

#include "config.h"
#include "link/interface_table.h"
#include "util/address.h"
#include "util/result.h"
#include "util/time.h"
#include "wire/nd.h"

namespace tapstack::net {

enum class RouteOrigin : uint8_t {
  kManual,
  kRouter,    // a router advertisement
  kRedirect,  // the first to go when the table is full
};

struct RouteEntry {
  Prefix destination;  // 0.0.0.0/0, ::/0: the default route
  IpAddress gateway;   // no family: on link
  InterfaceId interface;
  RouteOrigin origin = RouteOrigin::kManual;
  wire::RouterPreference preference = wire::RouterPreference::kMedium;
  Instant valid_until = Instant::never();

  bool is_on_link() const { return gateway.family() == Family::kNone; }
};

// How far the gateway of a route is known to answer, worst first. Routes by way of one that does
// not are taken only when there is no other (RFC 4191 3.2, RFC 4861 6.3.6).
enum class Reachability : uint8_t { kFailed, kUnknown, kReachable };

class RouteTable {
 public:
  // Several routes to one destination are allowed on different interfaces; the first one added
  // wins. Errors: kInvalid (prefix too long, gateway of another family or not unicast),
  // kAddressInUse (there is a given one on this interface), kNoBuffers (table full).
  Status add(const RouteEntry& entry);
  // Removes all routes to exactly this destination. Errors: kNoEntry.
  Status remove(const Prefix& destination);
  // An ICMP redirect: `destination` is better reached by `gateway`, or is on the link when that has
  // no family (RFC 1122 3.2.2.2, RFC 4861 8.3). The oldest redirect gives way when the table is
  // full. Errors: kNoBuffers (full of others).
  Status redirect(const IpAddress& destination, const IpAddress& gateway, InterfaceId interface);
  // A router has advertised `entry`: a new one, or other values for the one with the same
  // destination, gateway and interface. valid_until not after `now`: it goes. Errors: kInvalid as
  // add(), kNoBuffers (routers may fill half of the table).
  Status advertise(const RouteEntry& entry, Instant now);
  // Forgets the routes over an interface: those learnt only, or all.
  void flush(InterfaceId interface, bool learnt_only);
  // `gateway` routes no more: forgets what was learnt by way of it. `only`: of this origin.
  void forget_gateway(InterfaceId interface, const IpAddress& gateway, RouteOrigin only);
  // `gateway` has not answered: of equal routes, those by way of it are taken last from now on, so
  // that all get their turn (RFC 4861 6.3.6).
  void put_last(InterfaceId interface, const IpAddress& gateway);
  // Forgets what is valid no longer.
  void expire(Instant now);
  // When the next route over `interface` expires; never() when none does.
  Instant next_expiry(InterfaceId interface) const;

  // The best entry over an interface for which `is_usable` holds: not by way of a gateway that is
  // known not to answer, then the longest prefix, then the surest gateway, then preference (RFC
  // 4191 3.2), then the greatest share (RFC 4311 3), then the one that was there first.
  // `reachability` is asked of entries with gateways, `share` of those that may answer.
  template <class Usable, class Reachable, class Share>
  const RouteEntry* find(const IpAddress& destination, Usable is_usable, Reachable reachability,
                         Share share) const {
    const RouteEntry* best = nullptr;
    Rank rank;
    for (const RouteEntry& entry : entries()) {
      if (!link::contains(entry.destination, destination) || !is_usable(entry)) continue;
      const Reachability reach =
          entry.is_on_link() ? Reachability::kReachable : reachability(entry);
      const bool may_work = reach != Reachability::kFailed;
      const uint32_t lot = may_work && !entry.is_on_link() ? share(entry) : 0;
      const Rank other{may_work, entry.destination.length, reach, entry.preference, lot};
      if (best != nullptr && !(rank < other)) continue;
      best = &entry;
      rank = other;
    }
    return best;
  }
  // Where gateways are all alike.
  template <class Usable>
  const RouteEntry* find(const IpAddress& destination, Usable is_usable) const {
    return find(
        destination, is_usable, [](const RouteEntry&) { return Reachability::kUnknown; },
        [](const RouteEntry&) { return 0u; });
  }

  std::span<const RouteEntry> entries() const { return {entries_.data(), count_}; }

 private:
  // Of two routes the one with the greater is taken; members in the order of their weight.
  struct Rank {
    bool may_work = false;
    uint8_t length = 0;
    Reachability reach = Reachability::kFailed;
    wire::RouterPreference preference = wire::RouterPreference::kLow;
    uint32_t share = 0;
    constexpr auto operator<=>(const Rank&) const = default;
  };

  template <class Forgotten>
  void erase_if(Forgotten is_forgotten) {
    for (size_t i = count_; i-- > 0;) {
      if (is_forgotten(entries_[i])) erase(i);
    }
  }
  void erase(size_t n);
  bool make_room();

  std::array<RouteEntry, kConfig.routes> entries_{};  // in the order of trial
  size_t count_ = 0;
};

}  // namespace tapstack::net
