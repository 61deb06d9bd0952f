// RTM_NEWNEIGH and RTM_DELNEIGH (neigh_add, neigh_delete).
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "shim/common/errno_map.h"
#include "shim/netlink/route/link.h"
#include "shim/netlink/route/neighbour.h"
#include "shim/netlink/route/values.h"
#include "shim/netlink/state.h"

namespace tapstack::shim::netlink::route {
namespace {

using link::NeighbourState;

constexpr uint16_t kValid = NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_PROBE | NUD_STALE |
                            NUD_DELAY;  // NUD_VALID of Linux

// Whom a request names; an errno or 0.
int read_neighbour(Call& call, const Message& request, api::NeighbourInfo& neighbour) {
  const auto head = request.fixed<ndmsg>();
  if (!request.attributes<ndmsg>().has(NDA_DST)) {
    return call.ack.refuse(EINVAL, "Network address not specified");
  }
  const auto info = find_interface(call.works.stack, head.ndm_ifindex, {});
  if (head.ndm_ifindex <= 0 || !info.ok()) return ENODEV;
  if (head.ndm_family != AF_INET && head.ndm_family != AF_INET6) return EAFNOSUPPORT;
  const auto address =
      read_address(request.attributes<ndmsg>(), NDA_DST, head.ndm_family, info->id);
  if (!address) return call.ack.refuse(EINVAL, "Invalid network address");
  if ((head.ndm_flags & NTF_PROXY) != 0) {
    return call.ack.refuse(EOPNOTSUPP, "Nobody is answered for");
  }
  neighbour.interface = info->id;
  neighbour.address = *address;
  return 0;
}

NeighbourState state_of(uint16_t number) {
  if ((number & (NUD_PERMANENT | NUD_NOARP)) != 0) return NeighbourState::kPermanent;
  if ((number & NUD_REACHABLE) != 0) return NeighbourState::kReachable;
  return (number & kValid) != 0 ? NeighbourState::kStale : NeighbourState::kNone;
}

std::optional<MacAddress> known_mac(const Works& works, const api::NeighbourInfo& of) {
  uint32_t n = 0;
  for (;;) {
    const auto found = api::next_neighbour(works.stack, works.now, n);
    if (!found.ok()) return std::nullopt;
    if (found->interface == of.interface && found->address == of.address) return found->mac;
  }
}

}  // namespace

int new_neighbour(Call& call, const Message& request) {
  api::NeighbourInfo neighbour;
  if (const int error = read_neighbour(call, request, neighbour); error != 0) return error;
  const auto before = known_mac(call.works, neighbour);
  if (!before && !request.has_flags(NLM_F_CREATE)) return ENOENT;
  if (before && request.has_flags(NLM_F_EXCL)) return EEXIST;
  neighbour.state = state_of(request.fixed<ndmsg>().ndm_state);
  call.works.netlink.tables_changed();
  if (neighbour.state == NeighbourState::kNone) {  // as one that did not answer: asked for anew
    const Status forgotten = api::forget_neighbour(call.works.stack, call.works.now,
                                                   neighbour.interface, neighbour.address);
    return before ? to_errno(forgotten.error()) : 0;
  }
  const auto mac = request.attributes<ndmsg>().number<decltype(MacAddress::octets)>(NDA_LLADDR);
  // Without NLM_F_REPLACE one that is known stays (NEIGH_UPDATE_F_OVERRIDE).
  const bool keeps = before && !before->is_zero() && (!mac || !request.has_flags(NLM_F_REPLACE));
  if (!keeps && !mac) return call.ack.refuse(EINVAL, "No link layer address given");
  neighbour.mac = keeps ? *before : MacAddress{*mac};
  return to_errno(api::set_neighbour(call.works.stack, call.works.now, neighbour).error());
}

int delete_neighbour(Call& call, const Message& request) {
  api::NeighbourInfo neighbour;
  if (const int error = read_neighbour(call, request, neighbour); error != 0) return error;
  call.works.netlink.tables_changed();
  return to_errno(api::forget_neighbour(call.works.stack, call.works.now, neighbour.interface,
                                        neighbour.address)
                      .error());
}

}  // namespace tapstack::shim::netlink::route
