// SIOCADDRT and SIOCDELRT (ip_rt_ioctl, ipv6_route_ioctl).
#include <arpa/inet.h>
#include <linux/ipv6_route.h>
#include <linux/route.h>  // <net/route.h> would be core/net/route.h
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <netinet/in.h>

#include <bit>
#include <cerrno>
#include <cstring>

#include "shim/common/user_memory.h"
#include "shim/hooks/devices.h"
#include "shim/hooks/interface_change.h"
#include "shim/hooks/rtnetlink.h"

namespace tapstack::shim {
namespace {

constexpr uint16_t kAdds = NLM_F_CREATE;

sockaddr_in as_ip4(const sockaddr& address) {
  sockaddr_in copy;
  std::memcpy(&copy, &address, sizeof copy);
  return copy;
}

// The interface that a rtentry names: 0 where it names none; false: there is none of that name.
bool device_of(const rtentry& route, uint8_t& index) {
  index = 0;
  if (usable(route.rt_dev) == nullptr) return route.rt_dev == nullptr;
  InterfaceRecord record;
  if (!interface_named(route.rt_dev, record)) return false;
  index = record.id;
  return true;
}

uint8_t type_of(const rtentry& route) {
  return (route.rt_flags & RTF_REJECT) != 0 ? RTN_UNREACHABLE : RTN_UNICAST;
}

void write_details(netlink::Writer& out, const rtentry& route, uint8_t device) {
  const sockaddr_in gateway = as_ip4(route.rt_gateway);
  if ((route.rt_flags & RTF_GATEWAY) != 0 && gateway.sin_addr.s_addr != 0) {
    out.number(RTA_GATEWAY, gateway.sin_addr.s_addr);
  }
  if (device != 0) out.number(RTA_OIF, uint32_t{device});
  // route(8) counts from one.
  if (route.rt_metric > 1) out.number(RTA_PRIORITY, static_cast<uint32_t>(route.rt_metric - 1));
  if ((route.rt_flags & RTF_MTU) == 0) return;
  const size_t nest = out.begin_nest(RTA_METRICS);
  out.number(RTAX_MTU, static_cast<uint32_t>(route.rt_mtu));
  out.end_nest(nest);
}

// rtentry_to_fib_config.
int change_route4(bool adds, const rtentry& route) {
  const sockaddr_in destination = as_ip4(route.rt_dst);
  const uint32_t mask =
      (route.rt_flags & RTF_HOST) != 0 ? ~0u : ntohl(as_ip4(route.rt_genmask).sin_addr.s_addr);
  if (destination.sin_family != AF_INET) return EAFNOSUPPORT;
  if ((~mask & (~mask + 1)) != 0 || (ntohl(destination.sin_addr.s_addr) & ~mask) != 0) {
    return EINVAL;
  }
  const sockaddr_in gateway = as_ip4(route.rt_gateway);
  if (adds && (route.rt_flags & RTF_GATEWAY) != 0 && gateway.sin_family != AF_INET) return EINVAL;
  uint8_t device = 0;
  if (!device_of(route, device)) return ENODEV;
  Rtnetlink message(adds ? RTM_NEWROUTE : RTM_DELROUTE, adds ? kAdds : 0);
  message.out().fixed(rtmsg{AF_INET, static_cast<uint8_t>(std::popcount(mask)), 0, 0, RT_TABLE_MAIN,
                            adds ? uint8_t{RTPROT_BOOT} : uint8_t{0}, 0,
                            adds || type_of(route) != RTN_UNICAST ? type_of(route) : uint8_t{0},
                            0});
  message.out().number(RTA_DST, destination.sin_addr.s_addr);
  write_details(message.out(), route, device);
  return message.ask();
}

int change_route6(bool adds, const in6_rtmsg& route) {
  Rtnetlink message(adds ? RTM_NEWROUTE : RTM_DELROUTE, adds ? kAdds : 0);
  const bool is_refusal = (route.rtmsg_flags & RTF_REJECT) != 0;
  message.out().fixed(rtmsg{AF_INET6, static_cast<uint8_t>(route.rtmsg_dst_len), 0, 0,
                            RT_TABLE_MAIN, adds ? uint8_t{RTPROT_BOOT} : uint8_t{0}, 0,
                            is_refusal ? uint8_t{RTN_UNREACHABLE} : uint8_t{0}, 0});
  message.out().number(RTA_DST, route.rtmsg_dst);
  if ((route.rtmsg_flags & RTF_GATEWAY) != 0) {
    message.out().number(RTA_GATEWAY, route.rtmsg_gateway);
  }
  if (route.rtmsg_ifindex != 0) message.out().number(RTA_OIF, route.rtmsg_ifindex);
  if (route.rtmsg_metric != 0) message.out().number(RTA_PRIORITY, route.rtmsg_metric);
  return message.ask();
}

}  // namespace

bool route_ioctl(const Handle& handle, unsigned long number, void* argument, int& error) {
  if (number != SIOCADDRT && number != SIOCDELRT) return false;
  const bool adds = number == SIOCADDRT;
  if (handle.is_ip6) {
    in6_rtmsg route;
    std::memcpy(&route, argument, sizeof route);
    error = change_route6(adds, route);
    return true;
  }
  rtentry route;
  std::memcpy(&route, argument, sizeof route);
  error = change_route4(adds, route);
  return true;
}

}  // namespace tapstack::shim
