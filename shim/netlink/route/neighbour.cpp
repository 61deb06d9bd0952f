#include "shim/netlink/route/neighbour.h"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cerrno>

#include "shim/netlink/route/link.h"
#include "shim/netlink/route/values.h"

namespace tapstack::shim::netlink::route {
namespace {

using link::NeighbourState;

uint16_t state_number(NeighbourState state) {
  switch (state) {
    case NeighbourState::kIncomplete:
      return NUD_INCOMPLETE;
    case NeighbourState::kReachable:
      return NUD_REACHABLE;
    case NeighbourState::kStale:
      return NUD_STALE;
    case NeighbourState::kDelay:
      return NUD_DELAY;
    case NeighbourState::kProbe:
    case NeighbourState::kUnreachable:  // Linux knows no RFC 7048: it is being asked
      return NUD_PROBE;
    case NeighbourState::kFailed:
      return NUD_FAILED;
    case NeighbourState::kPermanent:
      return NUD_PERMANENT;
    case NeighbourState::kNone:
      break;
  }
  return NUD_NONE;
}

// A router that has advertised itself (NTF_ROUTER).
bool is_router(const Stack& stack, const api::NeighbourInfo& neighbour) {
  for (size_t n = 0;; ++n) {
    const Result<api::RouteEntry> route = api::route_at(stack, n);
    if (!route.ok()) return false;
    if (route->origin == api::RouteOrigin::kRouter && route->gateway == neighbour.address &&
        route->interface == neighbour.interface) {
      return true;
    }
  }
}

nda_cacheinfo times_of(const Works& works, const api::NeighbourInfo& neighbour) {
  constexpr int64_t kTickUs = 10'000;  // USER_HZ
  const auto ticks_since = [&](Instant when) {
    return static_cast<uint32_t>((works.now - when).us() / kTickUs);
  };
  const uint32_t since = ticks_since(neighbour.state_since);
  return {since, ticks_since(neighbour.used_at), since, 0};
}

std::optional<api::NeighbourInfo> find_neighbour(const Works& works, int index,
                                                 const IpAddress& address) {
  uint32_t n = 0;
  for (;;) {
    const auto found = api::next_neighbour(works.stack, works.now, n);
    if (!found.ok()) return std::nullopt;
    if (found->interface.value == index && found->address == address) return *found;
  }
}

}  // namespace

bool write_neighbour(Writer& out, uint16_t type, const Works& works,
                     const api::NeighbourInfo& neighbour) {
  const uint16_t state = state_number(neighbour.state);
  out.begin(type);
  out.fixed(ndmsg{family_number(neighbour.address), 0, 0, neighbour.interface.value, state,
                  static_cast<uint8_t>(is_router(works.stack, neighbour) ? NTF_ROUTER : 0),
                  RTN_UNICAST});
  write_address(out, NDA_DST, neighbour.address);
  if ((state & (NUD_INCOMPLETE | NUD_FAILED | NUD_NONE)) == 0) {
    out.number(NDA_LLADDR, neighbour.mac.octets);
  }
  out.number(NDA_PROBES, uint32_t{neighbour.probes_sent});
  out.number(NDA_CACHEINFO, times_of(works, neighbour));
  return out.end();
}

int get_neighbour(Call& call, const Message& request) {
  const auto wanted = request.fixed<ndmsg>();
  const bool is_known_family = wanted.ndm_family == AF_INET || wanted.ndm_family == AF_INET6;
  if (!is_known_family)
    return call.ack.refuse(EOPNOTSUPP, "Unsupported family in header for neighbor get request");
  const InterfaceId id{static_cast<uint8_t>(wanted.ndm_ifindex)};
  const auto address = read_address(request.attributes<ndmsg>(), NDA_DST, wanted.ndm_family, id);
  if (!address) return call.ack.refuse(EINVAL, "Network address not specified");
  if (wanted.ndm_ifindex == 0) return call.ack.refuse(EINVAL, "No device specified");
  if (!find_interface(call.works.stack, wanted.ndm_ifindex, {}).ok()) {
    return call.ack.refuse(ENODEV, "Unknown device ifindex");
  }
  const auto found = find_neighbour(call.works, wanted.ndm_ifindex, *address);
  if (!found) return call.ack.refuse(ENOENT, "Neighbour entry not found");
  return write_neighbour(call.out, RTM_NEWNEIGH, call.works, *found) ? 0 : EMSGSIZE;
}

int dump_neighbours(Call& call, const Message& request, Cursor& at) {
  const auto wanted = request.fixed<ndmsg>();
  const Attributes attributes = request.attributes<ndmsg>();
  // Nobody is answered for, and no interface has a master.
  const bool wants_others = wanted.ndm_flags == NTF_PROXY || attributes.has(NDA_MASTER);
  if (wants_others) return 0;
  const uint32_t index = attributes.number<uint32_t>(NDA_IFINDEX).value_or(0);
  auto n = static_cast<uint32_t>(at[0]);
  for (;; at[0] = n) {
    const auto found = api::next_neighbour(call.works.stack, call.works.now, n);
    if (!found.ok()) return 0;
    if (index != 0 && found->interface.value != index) continue;
    const uint8_t family = family_number(found->address);
    if (wanted.ndm_family != AF_UNSPEC && wanted.ndm_family != family) continue;
    if (!write_neighbour(call.out, RTM_NEWNEIGH, call.works, *found)) return kMore;
  }
}

}  // namespace tapstack::shim::netlink::route
