// /proc/net/route, ipv6_route, rt_cache and arp: rtnetlink's tables as fib_route_seq_show(),
// ipv6_route_native_seq_show() and arp_format_neigh_entry() of Linux print them.
#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>

#include <array>
#include <cstdio>

#include "shim/hooks/devices.h"
#include "shim/proc/netlink_dump.h"
#include "shim/proc/tables.h"

namespace tapstack::shim::proc {
namespace {

// linux/route.h and linux/ipv6_route.h, which do not go with glibc's headers.
constexpr uint32_t kUp = 1, kGateway = 2, kHost = 4, kReject = 0x200, kDefault = 0x10000,
                   kAutomatic = 0x40000, kNoNextHop = 0x200000, kExpires = 0x400000,
                   kLocal = 0x80000000;
constexpr size_t kRouteWidth = 127;

const char* name_of(uint32_t interface, InterfaceRecord& record) {
  return interface != 0 && interface_numbered(interface, record) ? record.name : "*";
}

bool is_reject(uint8_t type) { return type == RTN_UNREACHABLE || type == RTN_PROHIBIT; }

uint32_t metric_in(const netlink::Attributes& attributes, uint16_t which) {
  return attributes.nested(RTA_METRICS).number<uint32_t>(which).value_or(0);
}

void add_route(Text& text, const netlink::Message& message) {
  const auto route = message.fixed<rtmsg>();
  const auto attributes = message.attributes<rtmsg>();
  const bool is_shown = route.rtm_table == RT_TABLE_MAIN && route.rtm_type != RTN_BROADCAST &&
                        route.rtm_type != RTN_MULTICAST;
  if (!is_shown) return;
  const uint32_t gateway = attributes.number<uint32_t>(RTA_GATEWAY).value_or(0);
  const uint32_t mask = route.rtm_dst_len == 0 ? 0 : htonl(~0u << (32 - route.rtm_dst_len));
  const uint32_t flags = kUp | (gateway != 0 ? kGateway : 0) |
                         (route.rtm_dst_len == 32 ? kHost : 0) |
                         (is_reject(route.rtm_type) ? kReject : 0);
  const uint32_t mss = metric_in(attributes, RTAX_ADVMSS);
  InterfaceRecord record;
  text.add("%s\t%08X\t%08X\t%04X\t%d\t%u\t%d\t%08X\t%d\t%u\t%u",
           name_of(attributes.number<uint32_t>(RTA_OIF).value_or(0), record),
           attributes.number<uint32_t>(RTA_DST).value_or(0), gateway, flags, 0, 0,
           static_cast<int>(attributes.number<uint32_t>(RTA_PRIORITY).value_or(0)), mask,
           static_cast<int>(mss != 0 ? mss + 40 : 0), metric_in(attributes, RTAX_WINDOW),
           metric_in(attributes, RTAX_RTT) >> 3);
  text.end_line(kRouteWidth);
}

void add_ip6(Text& text, const netlink::Attributes& attributes, uint16_t type) {
  const in6_addr address = attributes.number<in6_addr>(type).value_or(in6_addr{});
  for (const uint8_t octet : address.s6_addr) text.add("%02x", octet);
}

uint32_t flags6_of(const rtmsg& route, bool has_gateway, bool expires) {
  uint32_t flags = route.rtm_type == RTN_LOCAL ? kUp | kLocal | kNoNextHop : kUp;
  if (is_reject(route.rtm_type)) flags |= kReject | kNoNextHop;
  if (has_gateway) flags |= kGateway;
  if (route.rtm_protocol == RTPROT_RA) flags |= kAutomatic | (has_gateway ? kDefault : 0);
  return flags | (expires ? kExpires : 0);
}

void add_route6(Text& text, const netlink::Message& message) {
  const auto route = message.fixed<rtmsg>();
  const auto attributes = message.attributes<rtmsg>();
  const auto cache = attributes.number<rta_cacheinfo>(RTA_CACHEINFO);
  const bool has_gateway = attributes.has(RTA_GATEWAY);
  InterfaceRecord record;
  add_ip6(text, attributes, RTA_DST);
  text.add(" %02x %032d 00 ", route.rtm_dst_len, 0);
  add_ip6(text, attributes, RTA_GATEWAY);
  text.add(" %08x %08x %08x %08x %8s\n", attributes.number<uint32_t>(RTA_PRIORITY).value_or(0), 1,
           0, flags6_of(route, has_gateway, cache && cache->rta_expires != 0),
           name_of(attributes.number<uint32_t>(RTA_OIF).value_or(0), record));
}

// arp_state_to_flags.
unsigned arp_flags_of(uint16_t state) {
  constexpr uint16_t kValid =
      NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_PROBE | NUD_STALE | NUD_DELAY;
  if ((state & NUD_PERMANENT) != 0) return ATF_PERM | ATF_COM;
  return (state & kValid) != 0 ? ATF_COM : 0;
}

void add_neighbour(Text& text, const netlink::Message& message) {
  const auto neighbour = message.fixed<ndmsg>();
  if ((neighbour.ndm_state & ~NUD_NOARP) == 0) return;
  const auto attributes = message.attributes<ndmsg>();
  const in_addr address = attributes.number<in_addr>(NDA_DST).value_or(in_addr{});
  using Octets = std::array<uint8_t, 6>;
  const Octets mac = attributes.number<Octets>(NDA_LLADDR).value_or(Octets{});
  char dotted[INET_ADDRSTRLEN], octets[18];
  inet_ntop(AF_INET, &address, dotted, sizeof dotted);
  std::snprintf(octets, sizeof octets, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
                mac[3], mac[4], mac[5]);
  InterfaceRecord record;
  text.add("%-16s 0x%-10x0x%-10x%-17s     *        %s\n", dotted, ARPHRD_ETHER,
           arp_flags_of(neighbour.ndm_state), octets,
           name_of(static_cast<uint32_t>(neighbour.ndm_ifindex), record));
}

template <class Add>
int write_all(uint16_t type, uint8_t family, Add add) {
  NetlinkDump dump(type, family);
  netlink::Message message;
  while (dump.next(message)) add(message);
  return dump.error();
}

}  // namespace

int write_route(Text& text) {
  text.add(
      std::string_view("Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU"
                       "\tWindow\tIRTT"));
  text.end_line(kRouteWidth);
  return write_all(RTM_GETROUTE, AF_INET, [&](const auto& message) { add_route(text, message); });
}

int write_ipv6_route(Text& text) {
  return write_all(RTM_GETROUTE, AF_INET6, [&](const auto& message) { add_route6(text, message); });
}

// Linux's has been empty since 3.6, its header apart.
int write_rt_cache(Text& text) {
  text.add(
      std::string_view("Iface\tDestination\tGateway \tFlags\t\tRefCnt\tUse\tMetric\tSource\t\t"
                       "MTU\tWindow\tIRTT\tTOS\tHHRef\tHHUptod\tSpecDst"));
  text.end_line(kRouteWidth);
  return 0;
}

int write_arp(Text& text) {
  text.add(
      std::string_view("IP address       HW type     Flags       HW address            Mask   "
                       "  Device\n"));
  return write_all(RTM_GETNEIGH, AF_INET,
                   [&](const auto& message) { add_neighbour(text, message); });
}

}  // namespace tapstack::shim::proc
