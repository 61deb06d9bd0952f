#include "shim/netlink/route/route_facts.h"

#include <sys/socket.h>

#include "shim/netlink/route/address.h"
#include "shim/netlink/route/values.h"

namespace tapstack::shim::netlink::route {
namespace {

constexpr uint32_t kMetricAddress6 = 256;  // IP6_RT_PRIO_ADDRCONF

// Counts down to the one that is wanted.
class Search {
 public:
  explicit Search(size_t n) : left_(n) {}
  // True: this is it.
  bool offer(const RoutePlace& place) {
    if (found_ || left_-- != 0) return found_.has_value();
    found_ = place;
    return true;
  }
  const std::optional<RoutePlace>& found() const { return found_; }

 private:
  size_t left_;
  std::optional<RoutePlace> found_;
};

uint8_t type_of(api::RouteKind kind) {
  switch (kind) {
    case api::RouteKind::kBlackhole:
      return RTN_BLACKHOLE;
    case api::RouteKind::kUnreachable:
      return RTN_UNREACHABLE;
    case api::RouteKind::kProhibit:
      return RTN_PROHIBIT;
    case api::RouteKind::kUnicast:
      break;
  }
  return RTN_UNICAST;
}

// Of a route that nobody named a protocol for. Prefixes of routers are the kernel's own on Linux.
uint8_t protocol_of(const api::RouteEntry& entry) {
  if (entry.details().protocol != 0) return entry.details().protocol;
  if (entry.origin == api::RouteOrigin::kRedirect) return RTPROT_REDIRECT;
  if (entry.origin == api::RouteOrigin::kManual) return RTPROT_BOOT;
  return entry.is_on_link() ? RTPROT_KERNEL : RTPROT_RA;
}

RouteFacts facts_of(const api::RouteEntry& entry) {
  const bool is_ip6 = entry.destination.address.is_ip6();
  RouteFacts facts;
  facts.destination = network_of(entry.destination);
  facts.gateway = entry.gateway;
  facts.source = entry.details().source;
  facts.interface = entry.interface;
  facts.protocol = protocol_of(entry);
  facts.type = type_of(entry.details().kind);
  facts.metric = entry.metric();
  const bool is_prefix = entry.origin == api::RouteOrigin::kRouter && entry.is_on_link();
  if (is_prefix) facts.metric = kMetricAddress6;
  facts.mtu_bytes = entry.details().mtu_bytes;
  facts.preference = entry.preference;
  facts.valid_until = entry.valid_until;
  if (!is_ip6 && entry.is_on_link() && facts.type == RTN_UNICAST) facts.scope = RT_SCOPE_LINK;
  // Linux hangs them on lo.
  if (is_ip6 && facts.type != RTN_UNICAST) facts.interface = link::kLoopback;
  return facts;
}

// Those of the table; default routes apart, which are first of IPv4 and last of IPv6.
void offer_entries(const Stack& stack, uint8_t family, bool defaults, Search& search) {
  for (size_t n = 0;; ++n) {
    const Result<api::RouteEntry> entry = api::route_at(stack, n);
    if (!entry.ok()) return;
    const bool is_wanted = family_number(entry->destination.address) == family &&
                           (entry->destination.length == 0) == defaults;
    if (is_wanted && search.offer({facts_of(*entry), n, {}})) return;
  }
}

bool is_local(const OwnAddress& own) { return own.address.address().is_loopback(); }

// The network that an address is in.
void offer_network(const OwnAddress& own, Search& search) {
  const api::InterfaceAddress& address = own.address;
  const bool has_route = address.is_on_link && address.is_assigned() && !own.is_secondary;
  const bool is_host = address.prefix.length == (address.address().is_ip6() ? 128 : 32);
  if (!has_route || is_host || is_local(own)) return;
  RoutePlace place;
  place.facts.destination = network_of(address.prefix);
  place.facts.interface = own.interface;
  place.facts.valid_until = address.valid_until;
  if (address.address().is_ip6()) {
    place.facts.metric = kMetricAddress6;
  } else {
    place.facts.scope = RT_SCOPE_LINK;
    place.facts.source = address.address();
  }
  place.of_prefix = address.address();
  search.offer(place);
}

RouteFacts local_route(const OwnAddress& own, const Prefix& destination, uint8_t type) {
  RouteFacts facts;
  facts.destination = destination;
  facts.interface = own.interface;
  facts.table = RT_TABLE_LOCAL;
  facts.type = type;
  if (destination.address.is_ip4()) {
    facts.source = own.address.address();
    facts.scope = type == RTN_LOCAL ? RT_SCOPE_HOST : RT_SCOPE_LINK;
  }
  return facts;
}

void offer_local(const OwnAddress& own, Search& search) {
  const Prefix& prefix = own.address.prefix;
  if (!own.address.is_assigned()) return;
  const uint8_t bits = prefix.address.is_ip6() ? 128 : 32;
  if (is_local(own) && bits == 32) {
    search.offer({local_route(own, network_of(prefix), RTN_LOCAL), {}, {}});
  }
  search.offer({local_route(own, {prefix.address, bits}, RTN_LOCAL), {}, {}});
  const std::optional<IpAddress> broadcast = broadcast_of(prefix);
  if (broadcast && !own.is_secondary) {
    search.offer({local_route(own, {*broadcast, bits}, RTN_BROADCAST), {}, {}});
  }
}

// ff00::/8 on each interface that speaks IPv6.
void offer_multicast(const Stack& stack, Search& search) {
  for (size_t n = 0;; ++n) {
    const Result<api::InterfaceInfo> info = api::interface_at(stack, n);
    if (!info.ok()) return;
    if (info->is_loopback || !info->settings.is_up) continue;
    RouteFacts facts;
    facts.destination = {Ip6Address::from(0xff00, 0, 0, 0, 0, 0, 0, 0), 8};
    facts.interface = info->id;
    facts.table = RT_TABLE_LOCAL;
    facts.type = RTN_MULTICAST;
    facts.metric = kMetricAddress6;
    search.offer({facts, {}, {}});
  }
}

bool is_up(const Stack& stack, InterfaceId id) {
  for (size_t n = 0;; ++n) {
    const Result<api::InterfaceInfo> info = api::interface_at(stack, n);
    if (!info.ok()) return false;
    if (info->id == id) return info->settings.is_up;
  }
}

template <class Offer>
void each_address(const Stack& stack, uint8_t family, Search& search, Offer offer) {
  for (size_t n = 0; !search.found(); ++n) {
    const std::optional<OwnAddress> own = address_of_all(stack, family, n);
    if (!own) return;
    // The link's routes go when it goes down.
    if (is_up(stack, own->interface)) offer(*own, search);
  }
}

}  // namespace

std::optional<RoutePlace> route_of_all(const Stack& stack, uint8_t family, size_t n) {
  Search search(n);
  const bool is_ip6 = family == AF_INET6;
  offer_entries(stack, family, !is_ip6, search);
  each_address(stack, family, search, offer_network);
  offer_entries(stack, family, is_ip6, search);
  each_address(stack, family, search, offer_local);
  if (is_ip6) offer_multicast(stack, search);
  return search.found();
}

}  // namespace tapstack::shim::netlink::route
