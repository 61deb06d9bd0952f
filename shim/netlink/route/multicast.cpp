#include "shim/netlink/route/multicast.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "core/api/interfaces.h"
#include "core/api/multicast.h"
#include "shim/netlink/route/values.h"

namespace tapstack::shim::netlink::route {
namespace {

// What every interface is in without anybody joining.
const std::array<IpAddress, 3> kEverywhere = {Ip4Address::from(224, 0, 0, 1),
                                              Ip6Address::all_nodes(),
                                              Ip6Address::from(0xff01, 0, 0, 0, 0, 0, 0, 1)};

// Those of all interfaces first, one interface after the other, then those that were joined.
Result<api::JoinedGroup> entry_at(const Stack& stack, size_t n) {
  const Result<api::InterfaceInfo> info = api::interface_at(stack, n / kEverywhere.size());
  if (info.ok()) return api::JoinedGroup{info->id, kEverywhere[n % kEverywhere.size()]};
  size_t interfaces = 0;
  while (api::interface_at(stack, interfaces).ok()) ++interfaces;
  return api::group_at(stack, n - interfaces * kEverywhere.size());
}

// inet6_fill_ifmcaddr.
bool write_group(Writer& out, const api::JoinedGroup& group) {
  ifaddrmsg head{};
  head.ifa_family = family_number(group.group);
  head.ifa_prefixlen = group.group.is_ip4() ? 32 : 128;
  head.ifa_flags = IFA_F_PERMANENT;
  head.ifa_scope = group.group.is_ip4() ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
  head.ifa_index = group.interface.value;
  out.begin(RTM_GETMULTICAST);
  out.fixed(head);
  write_address(out, IFA_MULTICAST, group.group);
  return out.end();
}

}  // namespace

int dump_groups(Call& call, const Message& request, Cursor& at) {
  const uint8_t family = request.fixed<rtgenmsg>().rtgen_family;
  while (true) {
    const Result<api::JoinedGroup> group = entry_at(call.works.stack, at[0]);
    if (!group.ok()) return 0;
    const bool is_asked_for = family == AF_UNSPEC || family == family_number(group->group);
    if (is_asked_for && !write_group(call.out, *group)) {
      return call.out.is_empty() ? EMSGSIZE : kMore;
    }
    ++at[0];
  }
}

}  // namespace tapstack::shim::netlink::route
