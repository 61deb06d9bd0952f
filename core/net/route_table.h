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

// What becomes of packets by a route.
enum class RouteKind : uint8_t {
  kUnicast,
  kBlackhole,    // refused: kInvalid, as Linux does
  kUnreachable,  // kHostUnreachable
  kProhibit,     // kAccess
};

// What an embedder may say of a route that it gives (kConfig.route_details).
struct RouteDetails {
  uint32_t metric = 0;     // of two to the same destination the lower is taken
  uint32_t mtu_bytes = 0;  // of packets that go this way; 0: as the interface says
  IpAddress source;        // of packets that have none yet; no family: chosen as ever
  uint8_t protocol = 0;    // the embedder's own, kept for it: who made the route
  RouteKind kind = RouteKind::kUnicast;
  bool operator==(const RouteDetails&) const = default;
};

// Where they are kept, and where they are not.
template <bool kAreKept>
struct KeptRouteDetails {
  RouteDetails value;
  RouteDetails get() const { return value; }
  void set(const RouteDetails& details) { value = details; }
};
template <>
struct KeptRouteDetails<false> {
  RouteDetails get() const { return {}; }
  void set(const RouteDetails&) {}
};

struct RouteEntry {
  Prefix destination;  // 0.0.0.0/0, ::/0: the default route
  IpAddress gateway;   // no family: on link
  InterfaceId interface;
  RouteOrigin origin = RouteOrigin::kManual;
  wire::RouterPreference preference = wire::RouterPreference::kMedium;
  Instant valid_until = Instant::never();

  [[no_unique_address]] KeptRouteDetails<kConfig.route_details> kept_details{};

  bool is_on_link() const { return gateway.family() == Family::kNone; }
  RouteDetails details() const { return kept_details.get(); }
  void set_details(const RouteDetails& details) { kept_details.set(details); }
  // IPv6 routes of which nothing is said have IP6_RT_PRIO_USER on Linux, IPv4's have 0.
  uint32_t metric() const {
    constexpr uint32_t kMetricIp6 = 1024;
    const uint32_t given = details().metric;
    return given == 0 && destination.address.is_ip6() ? kMetricIp6 : given;
  }
};

// How far the gateway of a route is known to answer, worst first. Routes by way of one that does
// not are taken only when there is no other (RFC 4191 3.2, RFC 4861 6.3.6).
enum class Reachability : uint8_t { kFailed, kUnknown, kReachable };

class RouteTable {
 public:
  // Several routes to one destination are allowed: the one with the lowest metric wins, then the
  // first one added. Errors: kInvalid (prefix too long, gateway of another family or not unicast),
  // kAddressInUse (there is a given one by this gateway on this interface, with this metric),
  // kNoBuffers (table full).
  Status add(const RouteEntry& entry);
  // Removes all routes to exactly this destination. Errors: kNoEntry.
  Status remove(const Prefix& destination);
  // Removes the n-th of entries(). Errors: kNoEntry.
  Status remove_at(size_t n);
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
  // known not to answer, then the longest prefix, then the lowest metric, then the surest
  // gateway, then preference (RFC 4191 3.2), then the greatest share (RFC 4311 3), then the one
  // that was there first.
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
      const Rank other{may_work, entry.destination.length, ~entry.metric(),
                       reach,    entry.preference,         lot};
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
    uint32_t precedence = 0;  // the metric's complement
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
