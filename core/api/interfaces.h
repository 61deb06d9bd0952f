// Interfaces, addresses, routes, TCP's defaults and counters of a Stack, changed and read at run
// time.
#pragma once

#include <string_view>

#include "api/types.h"
#include "link/interface.h"
#include "link/neighbour_cache.h"
#include "net/dns_facts.h"
#include "net/route.h"
#include "net/route_table.h"
#include "transport/tcp/ecn_mode.h"
#include "util/siphash.h"

namespace tapstack {
class Stack;
}

namespace tapstack::api {

using link::AddressOrigin;
using link::AddressState;
using link::ConflictPolicy;
using link::InterfaceCounters;
using link::InterfaceSettings;

struct InterfaceInfo {
  InterfaceId id;
  InterfaceSettings settings;
  bool is_loopback = false;
  InterfaceCounters counters;
};

// Interface 1, "lo", exists from the start with 127.0.0.1/8. Errors: kNoBuffers (table full),
// kInvalid.
Result<InterfaceId> add_interface(Stack& stack, Instant now, const InterfaceSettings& settings);
// Up/down, MTU, MAC; caches are flushed when the link goes down. Errors: kNoDevice, kInvalid.
Status change_interface(Stack& stack, Instant now, InterfaceId id,
                        const InterfaceSettings& settings);
Status remove_interface(Stack& stack, Instant now, InterfaceId id);
// The device behind the interface is lost for good: TCP connections that go by it end with `error`.
void end_connections(Stack& stack, Instant now, InterfaceId id, Error error);
Status add_address(Stack& stack, Instant now, InterfaceId id, const Prefix& address);
// add_address() with more to say about it: an IPv4 address whose policy is not kIgnore is
// kTentative first, while others are asked whether they have it (RFC 5227, up to 9 s); its state
// tells what came of it.
struct AddressSettings {
  Prefix prefix;
  AddressOrigin origin = AddressOrigin::kManual;
  ConflictPolicy on_conflict = ConflictPolicy::kIgnore;
  bool skips_probing = false;  // of IPv6: no duplicate address detection (RFC 4862 5.4)
};
Status configure_address(Stack& stack, Instant now, InterfaceId id, const AddressSettings& address);
// Errors: kNoDevice, kAddressNotAvailable.
Result<AddressState> address_state(const Stack& stack, InterfaceId id, const IpAddress& address);
// From `preferred_until` on an IPv6 address is no source for something new, at `valid_until` it is
// removed (RFC 4862 5.5.4); never() is for ever. Errors: kNoDevice, kAddressNotAvailable.
Status set_lifetimes(Stack& stack, Instant now, InterfaceId id, const IpAddress& address,
                     Instant preferred_until, Instant valid_until);
Status remove_address(Stack& stack, Instant now, InterfaceId id, const IpAddress& address);
// Whether UDP datagrams that come in on `id` for unicast addresses that are not ours are delivered,
// as broadcasts are: for a client that has no address yet (RFC 2131 4.1). Errors: kNoDevice.
Status set_configuring(Stack& stack, InterfaceId id, bool on);
// Destination ::/0 or 0.0.0.0/0 is the default route. gateway without family: on link.
Status add_route(Stack& stack, const Prefix& destination, const IpAddress& gateway, InterfaceId id);
Status remove_route(Stack& stack, const Prefix& destination);

// All that there is to say of a route: what `add_route` says, and kConfig.route_details.
using net::RouteDetails;
using net::RouteEntry;
using net::RouteKind;
using net::RouteOrigin;
// A route of origin kManual. `is_neighbour`: its gateway is on the link, whatever the prefixes say.
// Errors: as add_route(); kAddressInUse: there is one by the same gateway with the same metric.
Status configure_route(Stack& stack, const RouteEntry& route, bool is_neighbour);
// The n-th route, in the order of trial; kNoEntry past the last. The interfaces' own prefixes are
// none of them: address_state_at() tells those (is_on_link).
Result<RouteEntry> route_at(const Stack& stack, size_t n);
Status remove_route_at(Stack& stack, size_t n);
// Whether the prefix of an address of the interface is on its link. Errors: kNoDevice,
// kAddressNotAvailable.
Status set_on_link(Stack& stack, InterfaceId id, const IpAddress& address, bool is_on_link);
// Where a packet would go, and from where; `bound` 0: by any interface.
using net::Route;
Result<Route> find_route(const Stack& stack, Instant now, const IpAddress& destination,
                         const IpAddress& source, InterfaceId bound);

// The neighbour at position `n` or behind it, from 0; `n` is where to go on then. kNoEntry: past
// the last.
using link::NeighbourInfo;
using link::NeighbourState;
Result<NeighbourInfo> next_neighbour(const Stack& stack, Instant now, uint32_t& n);
// Errors: kNoDevice, kInvalid (no neighbours there, not a unicast address, another state than
// kPermanent, kReachable and kStale), kNoBuffers.
Status set_neighbour(Stack& stack, Instant now, const NeighbourInfo& neighbour);
// Errors: kNoEntry.
Status forget_neighbour(Stack& stack, Instant now, InterfaceId id, const IpAddress& address);

// What the routers of a link say besides addresses and routes (RFC 4861 4.2).
struct RouterFacts {
  bool is_managed = false;               // addresses are to be had by DHCPv6
  bool has_other_configuration = false;  // other settings are
  uint8_t hop_limit = 0;
  uint32_t mtu_bytes = 0;  // 0: not advertised
};
// Errors: kNoDevice.
Result<RouterFacts> router_facts(const Stack& stack, InterfaceId id);
// The n-th DNS server (search domain, encoded as RFC 1035 3.1) that routers of any link advertise
// (RFC 8106), n from 0; kNoEntry past the last.
Result<IpAddress> dns_server_at(const Stack& stack, Instant now, size_t n);
using net::DnsDomain;
Result<DnsDomain> dns_domain_at(const Stack& stack, Instant now, size_t n);

// ECN of TCP connections made from now on (RFC 3168); from the start as kConfig.tcp_ecn has it.
using transport::tcp::EcnMode;
void set_ecn_mode(Stack& stack, EcnMode mode);

// TCP Fast Open (RFC 7413), bits of Linux's net.ipv4.tcp_fastopen: 1 lets clients, 2 listeners with
// Option::kFastOpenQueue use it; 4 and 0x200 do without cookies, as client and as server (only
// where nobody can forge addresses). From the start as kConfig.tcp_fast_open has it. The key makes
// the cookies; random from the start.
void set_fast_open(Stack& stack, uint16_t mode);
void set_fast_open_key(Stack& stack, const SecretKey& key);
// Cookies and all else that is remembered of servers: as before the first connection to them.
void forget_fast_open_servers(Stack& stack);

// The n-th interface (address of an interface), n from 0; kNoEntry past the last.
Result<InterfaceInfo> interface_at(const Stack& stack, size_t n);
Result<Prefix> address_at(const Stack& stack, InterfaceId id, size_t n);
// The n-th address with what is known about it: state, origin, lifetimes.
using link::InterfaceAddress;
Result<InterfaceAddress> address_state_at(const Stack& stack, InterfaceId id, size_t n);
Result<InterfaceId> interface_by_name(const Stack& stack, std::string_view name);

// Counter n, from 0 until kNoEntry: every drop reason and the usual MIB values.
struct Counter {
  const char* name;  // a string literal such as "IpInReceives" or "drop.ip4_bad_checksum"
  uint64_t value;
};
struct CounterValue {
  Counter counter{"", 0};
};
Result<CounterValue> counter_at(const Stack& stack, size_t n);

// How full the n-th pool is, from 0 until kNoEntry: shows leaks and pressure.
struct PoolUse {
  const char* name = "";  // a string literal
  size_t used = 0;
  size_t capacity = 0;
};
Result<PoolUse> pool_at(const Stack& stack, size_t n);

}  // namespace tapstack::api
