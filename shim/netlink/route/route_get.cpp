// RTM_GETROUTE without NLM_F_DUMP: the way to one destination (inet_rtm_getroute,
// inet6_rtm_getroute).
#include <linux/in_route.h>
#include <sys/socket.h>

#include <cerrno>

#include "shim/common/errno_map.h"
#include "shim/netlink/route/link.h"
#include "shim/netlink/route/routes.h"
#include "shim/netlink/route/values.h"

namespace tapstack::shim::netlink::route {
namespace {

// RTCF_*, which linux/in_route.h has, of the flags that routes of IPv4 carry.
struct Way {
  uint8_t type = RTN_UNICAST;
  uint32_t flags = RTM_F_CLONED;
};

Way way_of(const api::Route& route) {
  Way way;
  if (route.is_multicast) {
    way = {RTN_MULTICAST, RTM_F_CLONED | RTCF_LOCAL | RTCF_MULTICAST};
  } else if (route.is_broadcast) {
    way = {RTN_BROADCAST, RTM_F_CLONED | RTCF_LOCAL | RTCF_BROADCAST};
  } else if (route.is_local) {
    way = {RTN_LOCAL, RTM_F_CLONED | RTCF_LOCAL};
  }
  return way;
}

// The listed route that `route` goes by: the longest that has its destination.
std::optional<RouteFacts> fact_behind(const Stack& stack, uint8_t family, const api::Route& route) {
  std::optional<RouteFacts> best;
  for (size_t n = 0;; ++n) {
    const auto place = route_of_all(stack, family, n);
    if (!place) return best;
    const RouteFacts& facts = place->facts;
    const bool is_it = (facts.table == RT_TABLE_LOCAL) == (route.is_local || route.is_multicast) &&
                       (route.is_local || facts.interface == route.interface) &&
                       link::contains(facts.destination, route.destination);
    const bool is_better = !best || facts.destination.length > best->destination.length;
    if (is_it && is_better) best = facts;
  }
}

void write_common(Writer& out, const api::Route& route) {
  write_address(out, RTA_DST, route.destination);
  out.number(RTA_OIF, uint32_t{route.interface.value});
  if (route.next_hop != route.destination) write_address(out, RTA_GATEWAY, route.next_hop);
  write_address(out, RTA_PREFSRC, route.source);
}

bool write_way4(Writer& out, const api::Route& route, uint32_t user) {
  const Way way = way_of(route);
  out.begin(RTM_NEWROUTE);
  out.fixed(rtmsg{AF_INET, 32, 0, 0, RT_TABLE_MAIN, RTPROT_UNSPEC, RT_SCOPE_UNIVERSE, way.type,
                  way.flags});
  out.number(RTA_TABLE, uint32_t{RT_TABLE_MAIN});
  write_common(out, route);
  out.number(RTA_UID, user);
  out.number(RTA_CACHEINFO, rta_cacheinfo{});
  return out.end();
}

bool write_way6(Writer& out, const Works& works, const api::Route& route, const IpAddress& from) {
  const auto behind = fact_behind(works.stack, AF_INET6, route);
  const RouteFacts facts = behind.value_or(RouteFacts{});
  out.begin(RTM_NEWROUTE);
  out.fixed(rtmsg{AF_INET6, 128, 128, 0, facts.table, facts.protocol, RT_SCOPE_UNIVERSE,
                  way_of(route).type, 0});
  out.number(RTA_TABLE, uint32_t{facts.table});
  write_address(out, RTA_SRC, from);
  write_common(out, route);
  out.number(RTA_PRIORITY, facts.metric);
  out.number(RTA_CACHEINFO, rta_cacheinfo{});
  out.number(RTA_PREF, uint8_t{0});
  return out.end();
}

}  // namespace

int get_route(Call& call, const Message& request) {
  const auto wanted = request.fixed<rtmsg>();
  const Attributes attributes = request.attributes<rtmsg>();
  const bool is_ip6 = wanted.rtm_family == AF_INET6;
  if (!is_ip6 && wanted.rtm_family != AF_INET) return EOPNOTSUPP;
  const InterfaceId bound{static_cast<uint8_t>(attributes.number<uint32_t>(RTA_OIF).value_or(0))};
  if (bound.value != 0 && !find_interface(call.works.stack, bound.value, {}).ok()) return ENODEV;
  // This host forwards nothing: what came in for another goes nowhere.
  const uint32_t input = attributes.number<uint32_t>(RTA_IIF).value_or(0);
  const auto destination = read_address(attributes, RTA_DST, wanted.rtm_family, bound);
  const auto source = read_address(attributes, RTA_SRC, wanted.rtm_family, bound);
  if (!destination) return is_ip6 ? ENETUNREACH : EINVAL;
  const Result<api::Route> route = api::find_route(
      call.works.stack, call.works.now, *destination,
      input == 0 ? source.value_or(IpAddress()) : IpAddress(), input == 0 ? bound : InterfaceId{});
  if (!route.ok()) {
    // An address that is none of ours is bad here, and not "not available".
    return route.error() == Error::kAddressNotAvailable ? (is_ip6 ? ENETUNREACH : EINVAL)
                                                        : to_errno(route.error());
  }
  if (input != 0 && !route->is_local) return EHOSTUNREACH;
  if ((wanted.rtm_flags & RTM_F_FIB_MATCH) != 0) {
    const auto facts = fact_behind(call.works.stack, wanted.rtm_family, *route);
    if (!facts) return EHOSTUNREACH;
    return write_route(call.out, RTM_NEWROUTE, call.works, *facts) ? 0 : EMSGSIZE;
  }
  const uint32_t user = attributes.number<uint32_t>(RTA_UID).value_or(0);
  const IpAddress from = source.value_or(IpAddress(Ip6Address::any()));
  const bool is_written =
      is_ip6 ? write_way6(call.out, call.works, *route, from) : write_way4(call.out, *route, user);
  return is_written ? 0 : EMSGSIZE;
}

}  // namespace tapstack::shim::netlink::route
