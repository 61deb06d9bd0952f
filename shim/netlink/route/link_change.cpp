// RTM_NEWLINK, RTM_SETLINK and RTM_DELLINK (do_setlink). The interfaces are those that the stack
// has: none is made or removed by programs.
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <cerrno>

#include "shim/common/errno_map.h"
#include "shim/engine/interface_flags.h"
#include "shim/netlink/route/link.h"
#include "shim/netlink/state.h"

namespace tapstack::shim::netlink::route {
namespace {

Result<api::InterfaceInfo> named_by(Call& call, const Message& request) {
  const Attributes attributes = request.attributes<ifinfomsg>();
  const std::string_view other = attributes.text(IFLA_ALT_IFNAME);
  return find_interface(call.works.stack, request.fixed<ifinfomsg>().ifi_index,
                        other.empty() ? attributes.text(IFLA_IFNAME) : other);
}

// What cannot be set of an interface here, and is not what it is already.
int check_fixed(Call& call, const Attributes& attributes, const api::InterfaceInfo& info) {
  const std::string_view name = attributes.text(IFLA_IFNAME);
  if (!name.empty() && name != info.settings.name_view()) {
    return call.ack.refuse(EBUSY, "The interface has its device's name");
  }
  const auto queue = attributes.number<uint32_t>(IFLA_TXQLEN);
  if (queue && *queue != kQueueLength) {
    return call.ack.refuse(EOPNOTSUPP, "The length of the queue is fixed");
  }
  for (const uint16_t type : {IFLA_MASTER, IFLA_NET_NS_PID, IFLA_NET_NS_FD, IFLA_AF_SPEC,
                              IFLA_LINKINFO, IFLA_GROUP, IFLA_IFALIAS, IFLA_XDP, IFLA_BROADCAST}) {
    if (attributes.has(type)) return call.ack.refuse(EOPNOTSUPP, "Not a setting of this stack");
  }
  return 0;
}

int read_mtu(Call& call, const Attributes& attributes, api::InterfaceInfo& info) {
  const auto mtu = attributes.number<uint32_t>(IFLA_MTU);
  if (!mtu) return 0;
  if (*mtu < link::kMtuMin) return call.ack.refuse(EINVAL, "mtu less than device minimum");
  if (*mtu > link::kMtuMax) return call.ack.refuse(EINVAL, "mtu greater than device maximum");
  info.settings.mtu_bytes = *mtu;
  return 0;
}

int read_hardware_address(const Attributes& attributes, api::InterfaceInfo& info) {
  if (!attributes.has(IFLA_ADDRESS)) return 0;
  const auto octets = attributes.number<decltype(MacAddress::octets)>(IFLA_ADDRESS);
  if (info.is_loopback) return EOPNOTSUPP;
  if (!octets) return EINVAL;
  const MacAddress mac{*octets};
  if (mac.is_group() || mac.is_zero()) return EADDRNOTAVAIL;
  info.settings.mac = mac;
  return 0;
}

// dev_change_flags: of the bits that ifi_change names; none means all (rtnl_dev_get_flags).
void read_flags(Call& call, const ifinfomsg& head, api::InterfaceInfo& info) {
  constexpr uint32_t kKept = IFF_PROMISC | IFF_ALLMULTI;
  const uint32_t changed = head.ifi_change == 0 && head.ifi_flags != 0 ? ~0u : head.ifi_change;
  const uint32_t before = call.works.netlink.kept_flags(info.id);
  const uint32_t kept = (before & ~changed) | (head.ifi_flags & changed);
  call.works.netlink.keep_flags(info.id, kept & kKept);
  if ((changed & IFF_UP) != 0) info.settings.is_up = (head.ifi_flags & IFF_UP) != 0;
}

// What fib_disable_ip and rt6_disable_ip forget when an interface goes down.
void forget_routes(Stack& stack, InterfaceId id) {
  for (size_t n = 0;;) {
    const Result<api::RouteEntry> entry = api::route_at(stack, n);
    if (!entry.ok()) return;
    const bool goes = entry->interface == id;
    if (goes) api::remove_route_at(stack, n).ignore();
    if (!goes) ++n;
  }
}

// addrconf_ifdown, without keep_addr_on_down: an interface that goes down loses its addresses of
// IPv6; the link-local one comes back with the link. Those of IPv4 stay.
void forget_addresses(Call& call, api::InterfaceInfo& info) {
  if (info.is_loopback) return;
  for (size_t n = 0;;) {
    const Result<Prefix> own = api::address_at(call.works.stack, info.id, n);
    if (!own.ok()) return;
    const IpAddress address = own->address;
    if (address.is_ip4()) {
      ++n;
      continue;
    }
    info.settings.ip6.has_link_local = true;
    api::remove_address(call.works.stack, call.works.now, info.id, address).ignore();
  }
}

int change(Call& call, const Message& request, api::InterfaceInfo info) {
  const Attributes attributes = request.attributes<ifinfomsg>();
  if (const int error = check_fixed(call, attributes, info); error != 0) return error;
  if (const int error = read_mtu(call, attributes, info); error != 0) return error;
  if (const int error = read_hardware_address(attributes, info); error != 0) return error;
  read_flags(call, request.fixed<ifinfomsg>(), info);
  call.works.netlink.tables_changed();
  if (!info.settings.is_up) {
    forget_routes(call.works.stack, info.id);
    forget_addresses(call, info);
  }
  return to_errno(
      api::change_interface(call.works.stack, call.works.now, info.id, info.settings).error());
}

}  // namespace

int set_link(Call& call, const Message& request) {
  const Result<api::InterfaceInfo> info = named_by(call, request);
  return info.ok() ? change(call, request, *info) : ENODEV;
}

int new_link(Call& call, const Message& request) {
  const Result<api::InterfaceInfo> info = named_by(call, request);
  if (info.ok()) {
    return request.has_flags(NLM_F_EXCL) ? EEXIST : change(call, request, *info);
  }
  const bool is_new = request.has_flags(NLM_F_CREATE) && request.fixed<ifinfomsg>().ifi_index == 0;
  return is_new ? call.ack.refuse(EOPNOTSUPP, "Unknown device type") : ENODEV;
}

int delete_link(Call& call, const Message& request) {
  return named_by(call, request).ok() ? EOPNOTSUPP : ENODEV;
}

}  // namespace tapstack::shim::netlink::route
