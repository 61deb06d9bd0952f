#include "shim/netlink/route/routes.h"

#include <linux/icmpv6.h>
#include <sys/socket.h>

#include "shim/netlink/route/values.h"

namespace tapstack::shim::netlink::route {
namespace {

// RTA_PREF, RFC 4191 2.2 as linux/icmpv6.h numbers it.
uint8_t preference_number(wire::RouterPreference preference) {
  if (preference == wire::RouterPreference::kHigh) return ICMPV6_ROUTER_PREF_HIGH;
  if (preference == wire::RouterPreference::kLow) return ICMPV6_ROUTER_PREF_LOW;
  return ICMPV6_ROUTER_PREF_MEDIUM;
}

void write_metrics(Writer& out, const RouteFacts& facts) {
  if (facts.mtu_bytes == 0) return;
  const size_t nest = out.begin_nest(RTA_METRICS);
  out.number(RTAX_MTU, facts.mtu_bytes);
  out.end_nest(nest);
}

void write_ip6_extras(Writer& out, const Works& works, const RouteFacts& facts) {
  constexpr int32_t kTicks = 100;  // USER_HZ
  rta_cacheinfo times{};
  if (!facts.valid_until.is_never()) {
    times.rta_expires =
        static_cast<int32_t>(seconds_until(facts.valid_until, works.now, 0)) * kTicks;
  }
  out.number(RTA_CACHEINFO, times);
  out.number(RTA_PREF, preference_number(facts.preference));
}

bool is_wanted(const RouteFacts& facts, const rtmsg& wanted, const Attributes& attributes,
               bool is_strict) {
  if (!is_strict) return true;  // then the header says nothing (iproute2 sorts out by itself)
  const uint32_t table = attributes.number<uint32_t>(RTA_TABLE).value_or(wanted.rtm_table);
  const uint32_t interface = attributes.number<uint32_t>(RTA_OIF).value_or(0);
  return (table == RT_TABLE_UNSPEC || table == facts.table) &&
         (wanted.rtm_protocol == 0 || wanted.rtm_protocol == facts.protocol) &&
         (wanted.rtm_type == 0 || wanted.rtm_type == facts.type) &&
         (interface == 0 || interface == facts.interface.value);
}

}  // namespace

bool write_route(Writer& out, uint16_t type, const Works& works, const RouteFacts& facts) {
  const IpAddress& destination = facts.destination.address;
  const bool is_ip6 = destination.is_ip6();
  out.begin(type);
  out.fixed(rtmsg{family_number(destination), facts.destination.length, 0, 0, facts.table,
                  facts.protocol, facts.scope, facts.type, 0});
  out.number(RTA_TABLE, uint32_t{facts.table});
  if (facts.destination.length > 0) write_address(out, RTA_DST, destination);
  if (facts.metric != 0 || is_ip6) out.number(RTA_PRIORITY, facts.metric);
  write_metrics(out, facts);
  if (facts.source.family() != tapstack::Family::kNone)
    write_address(out, RTA_PREFSRC, facts.source);
  if (facts.gateway.family() != tapstack::Family::kNone)
    write_address(out, RTA_GATEWAY, facts.gateway);
  if (facts.interface.value != 0) out.number(RTA_OIF, uint32_t{facts.interface.value});
  if (is_ip6) write_ip6_extras(out, works, facts);
  return out.end();
}

int dump_routes(Call& call, const Message& request, Cursor& at) {
  const auto wanted = request.fixed<rtmsg>();
  // Linux 2.x kept a cache of routes beside the table, which some still ask for.
  if ((wanted.rtm_flags & RTM_F_CLONED) != 0) return 0;
  const Attributes attributes = request.attributes<rtmsg>();
  for (; at[0] < std::size(kFamilies); ++at[0], at[1] = 0) {
    const uint8_t family = kFamilies[at[0]];
    if (wanted.rtm_family != AF_UNSPEC && wanted.rtm_family != family) continue;
    for (;; ++at[1]) {
      const auto place = route_of_all(call.works.stack, family, at[1]);
      if (!place) break;
      if (!is_wanted(place->facts, wanted, attributes, call.socket.is_strict)) continue;
      if (!write_route(call.out, RTM_NEWROUTE, call.works, place->facts)) return kMore;
    }
  }
  return 0;
}

}  // namespace tapstack::shim::netlink::route
