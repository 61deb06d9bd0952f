// RTM_NEWROUTE and RTM_DELROUTE (fib_table_insert, fib_table_delete, ip6_route_add, ip6_route_del).
#include <linux/icmpv6.h>
#include <sys/socket.h>

#include <cerrno>

#include "shim/common/errno_map.h"
#include "shim/netlink/route/link.h"
#include "shim/netlink/route/routes.h"
#include "shim/netlink/route/values.h"
#include "shim/netlink/state.h"

namespace tapstack::shim::netlink::route {
namespace {

std::optional<api::RouteKind> kind_of(uint8_t type) {
  switch (type) {
    case RTN_UNSPEC:
    case RTN_UNICAST:
      return api::RouteKind::kUnicast;
    case RTN_BLACKHOLE:
      return api::RouteKind::kBlackhole;
    case RTN_UNREACHABLE:
      return api::RouteKind::kUnreachable;
    case RTN_PROHIBIT:
      return api::RouteKind::kProhibit;
    default:
      return std::nullopt;
  }
}

wire::RouterPreference preference_of(std::optional<uint8_t> number) {
  if (number == ICMPV6_ROUTER_PREF_HIGH) return wire::RouterPreference::kHigh;
  return number == ICMPV6_ROUTER_PREF_LOW ? wire::RouterPreference::kLow
                                          : wire::RouterPreference::kMedium;
}

// What no route of this stack has.
int check_supported(Call& call, const rtmsg& head, const Attributes& attributes) {
  const uint32_t table = attributes.number<uint32_t>(RTA_TABLE).value_or(head.rtm_table);
  if (table != RT_TABLE_UNSPEC && table != RT_TABLE_MAIN) {
    return call.ack.refuse(EOPNOTSUPP, "Only table main can be changed");
  }
  for (const uint16_t type : {RTA_MULTIPATH, RTA_VIA, RTA_ENCAP, RTA_NH_ID, RTA_NEWDST}) {
    if (attributes.has(type)) {
      return call.ack.refuse(EOPNOTSUPP, "Routes have one gateway of their own family");
    }
  }
  return kind_of(head.rtm_type) ? 0 : call.ack.refuse(EOPNOTSUPP, "Unsupported type of route");
}

// Where a request's route leads; an errno or 0.
int read_destination(Call& call, const rtmsg& head, const Attributes& attributes,
                     api::RouteEntry& entry) {
  const bool is_ip6 = head.rtm_family == AF_INET6;
  if (!is_ip6 && head.rtm_family != AF_INET) return EOPNOTSUPP;
  if (head.rtm_dst_len > (is_ip6 ? 128 : 32))
    return call.ack.refuse(EINVAL, "Invalid prefix length");
  const auto index = attributes.number<uint32_t>(RTA_OIF).value_or(0);
  entry.interface = InterfaceId{static_cast<uint8_t>(index)};
  if (index != 0 && !find_interface(call.works.stack, static_cast<int>(index), {}).ok()) {
    return call.ack.refuse(ENODEV, "Nexthop has invalid device");
  }
  const IpAddress any = is_ip6 ? IpAddress(Ip6Address::any()) : IpAddress(Ip4Address::any());
  const auto destination =
      read_address(attributes, RTA_DST, head.rtm_family, entry.interface).value_or(any);
  entry.destination = network_of({destination, head.rtm_dst_len});
  if (entry.destination.address != destination) {
    return call.ack.refuse(EINVAL, "Invalid prefix for given prefix length");
  }
  entry.gateway =
      read_address(attributes, RTA_GATEWAY, head.rtm_family, entry.interface).value_or(IpAddress());
  return 0;
}

int read_details(Call& call, const rtmsg& head, const Attributes& attributes,
                 api::RouteEntry& entry) {
  api::RouteDetails details;
  details.metric = attributes.number<uint32_t>(RTA_PRIORITY).value_or(0);
  details.mtu_bytes = attributes.nested(RTA_METRICS).number<uint32_t>(RTAX_MTU).value_or(0);
  details.protocol = head.rtm_protocol;
  details.kind = *kind_of(head.rtm_type);
  const auto source = read_address(attributes, RTA_PREFSRC, head.rtm_family, entry.interface);
  if (source) {
    const auto there = api::find_route(call.works.stack, call.works.now, *source, {}, {});
    if (!there.ok() || !there->is_local) return call.ack.refuse(EINVAL, "Invalid prefsrc address");
    details.source = *source;
  }
  entry.set_details(details);
  entry.preference = preference_of(attributes.number<uint8_t>(RTA_PREF));
  const auto seconds = attributes.number<uint32_t>(RTA_EXPIRES).value_or(0);
  if (seconds != 0) entry.valid_until = after_seconds(call.works.now, seconds);
  return 0;
}

// The listed route with this destination and metric, `n` from 0.
std::optional<RoutePlace> find_same(const Stack& stack, const api::RouteEntry& entry) {
  for (size_t n = 0;; ++n) {
    const auto place = route_of_all(stack, family_number(entry.destination.address), n);
    if (!place || place->facts.table != RT_TABLE_MAIN) return std::nullopt;
    if (place->facts.destination == entry.destination && place->facts.metric == entry.metric()) {
      return place;
    }
  }
}

void remove(Works& works, const RoutePlace& place) {
  if (place.entry) api::remove_route_at(works.stack, *place.entry).ignore();
  if (place.of_prefix) {
    api::set_on_link(works.stack, place.facts.interface, *place.of_prefix, false).ignore();
  }
}

int add(Call& call, const api::RouteEntry& entry, bool is_neighbour) {
  const auto info = find_interface(call.works.stack, entry.interface.value, {});
  if (info.ok() && !info->settings.is_up) {
    return call.ack.refuse(ENETDOWN, "Device for nexthop is not up");
  }
  const Status added = api::configure_route(call.works.stack, entry, is_neighbour);
  call.works.netlink.tables_changed();
  const bool is_ip6 = entry.destination.address.is_ip6();
  switch (added.error()) {
    case Error::kAddressInUse:
      return EEXIST;
    case Error::kNetworkUnreachable:
      return call.ack.refuse(is_ip6 ? EHOSTUNREACH : ENETUNREACH, "Nexthop has invalid gateway");
    case Error::kInvalid:
      return call.ack.refuse(EINVAL, "Invalid gateway");
    default:
      return to_errno(added.error());
  }
}

bool is_meant(const RouteFacts& facts, const rtmsg& head, const api::RouteEntry& asked,
              const Attributes& attributes) {
  const bool has_metric = attributes.has(RTA_PRIORITY);
  const bool has_gateway = attributes.has(RTA_GATEWAY);
  const bool is_source_meant = asked.details().source.family() == tapstack::Family::kNone ||
                               asked.details().source == facts.source;
  return facts.destination == asked.destination &&
         (!has_metric || facts.metric == asked.metric()) &&
         (!has_gateway || facts.gateway == asked.gateway) && is_source_meant &&
         (asked.interface.value == 0 || facts.interface == asked.interface) &&
         (head.rtm_type == RTN_UNSPEC || head.rtm_type == facts.type) &&
         (head.rtm_protocol == RTPROT_UNSPEC || head.rtm_protocol == facts.protocol);
}

}  // namespace

int new_route(Call& call, const Message& request) {
  const auto head = request.fixed<rtmsg>();
  const Attributes attributes = request.attributes<rtmsg>();
  api::RouteEntry entry;
  if (const int error = read_destination(call, head, attributes, entry); error != 0) return error;
  if (const int error = check_supported(call, head, attributes); error != 0) return error;
  if (const int error = read_details(call, head, attributes, entry); error != 0) return error;
  const bool is_neighbour = (head.rtm_flags & RTNH_F_ONLINK) != 0;
  const auto before = find_same(call.works.stack, entry);
  if (!before) {
    return request.has_flags(NLM_F_CREATE) ? add(call, entry, is_neighbour) : ENOENT;
  }
  if (request.has_flags(NLM_F_EXCL)) return EEXIST;
  if (!request.has_flags(NLM_F_REPLACE)) return add(call, entry, is_neighbour);
  // The new one is tried before the old one goes; one that is the same but for details is in the
  // way and has to go first.
  const int error = add(call, entry, is_neighbour);
  if (error != 0 && error != EEXIST) return error;
  remove(call.works, *before);
  return error == EEXIST ? add(call, entry, is_neighbour) : 0;
}

int delete_route(Call& call, const Message& request) {
  const auto head = request.fixed<rtmsg>();
  const Attributes attributes = request.attributes<rtmsg>();
  api::RouteEntry asked;
  if (const int error = read_destination(call, head, attributes, asked); error != 0) return error;
  if (const int error = check_supported(call, head, attributes); error != 0) return error;
  api::RouteDetails details;
  details.metric = attributes.number<uint32_t>(RTA_PRIORITY).value_or(0);
  details.source =
      read_address(attributes, RTA_PREFSRC, head.rtm_family, asked.interface).value_or(IpAddress());
  asked.set_details(details);
  for (size_t n = 0;; ++n) {
    const auto place = route_of_all(call.works.stack, head.rtm_family, n);
    if (!place || place->facts.table != RT_TABLE_MAIN) return ESRCH;
    if (!is_meant(place->facts, head, asked, attributes)) continue;
    remove(call.works, *place);
    call.works.netlink.tables_changed();
    return 0;
  }
}

}  // namespace tapstack::shim::netlink::route
