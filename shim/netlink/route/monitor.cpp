#include "shim/netlink/route/monitor.h"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>

#include "shim/netlink/delivery.h"
#include "shim/netlink/route/link.h"
#include "shim/netlink/route/neighbour.h"
#include "shim/netlink/route/routes.h"
#include "shim/netlink/state.h"

namespace tapstack::shim::netlink::route {
namespace {

constexpr uint32_t kGroups[] = {RTNLGRP_LINK,        RTNLGRP_NEIGH,      RTNLGRP_IPV4_IFADDR,
                                RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE};

// One message to the members of a group.
template <class Write>
void tell(Works& works, uint32_t group, Write write) {
  if (!has_members(works, NETLINK_ROUTE, group)) return;
  Writer out(Bytes(works.scratch.netlink), {});
  if (write(out)) multicast(works, NETLINK_ROUTE, group, out.written());
}

bool is_same(const LinkFacts& a, const LinkFacts& b) {
  return a.flags == b.flags && a.info.settings.mac == b.info.settings.mac &&
         a.info.settings.mtu_bytes == b.info.settings.mtu_bytes;
}

bool names_same(const LinkFacts& a, const LinkFacts& b) { return a.info.id == b.info.id; }

void tell_of(Works& works, uint16_t type, const LinkFacts& link) {
  tell(works, RTNLGRP_LINK, [&](Writer& out) {
    return write_link(out, type == RTM_NEWADDR ? RTM_NEWLINK : RTM_DELLINK, link, 0);
  });
}

// Lifetimes that routers prolong are no news.
bool is_same(const OwnAddress& a, const OwnAddress& b) {
  return a.is_secondary == b.is_secondary && a.address.state == b.address.state &&
         a.address.is_on_link == b.address.is_on_link &&
         a.address.valid_until.is_never() == b.address.valid_until.is_never();
}

bool names_same(const OwnAddress& a, const OwnAddress& b) {
  return a.interface == b.interface && a.address.prefix == b.address.prefix;
}

void tell_of(Works& works, uint16_t type, const OwnAddress& own) {
  const bool is_ip6 = own.address.address().is_ip6();
  tell(works, is_ip6 ? RTNLGRP_IPV6_IFADDR : RTNLGRP_IPV4_IFADDR,
       [&](Writer& out) { return write_address_message(out, type, works, own); });
}

bool names_same(const RouteFacts& a, const RouteFacts& b) {
  RouteFacts same_time = a;
  same_time.valid_until = b.valid_until;
  return same_time == b;
}

bool is_same(const RouteFacts&, const RouteFacts&) { return true; }

void tell_of(Works& works, uint16_t type, const RouteFacts& facts) {
  const bool is_ip6 = facts.destination.address.is_ip6();
  tell(works, is_ip6 ? RTNLGRP_IPV6_ROUTE : RTNLGRP_IPV4_ROUTE, [&](Writer& out) {
    return write_route(out, type == RTM_NEWADDR ? RTM_NEWROUTE : RTM_DELROUTE, works, facts);
  });
}

// What is gone, in order, then what is new or different. RTM_NEWADDR and RTM_DELADDR stand for
// every kind's.
template <class Row>
void tell_gone(Works& works, std::span<const Row> before, std::span<const Row> now) {
  for (const Row& row : before) {
    const bool is_there =
        std::ranges::any_of(now, [&](const Row& other) { return names_same(row, other); });
    if (!is_there) tell_of(works, RTM_DELADDR, row);
  }
}

template <class Row>
void tell_new(Works& works, std::span<const Row> before, std::span<const Row> now) {
  for (const Row& row : now) {
    const bool is_known = std::ranges::any_of(
        before, [&](const Row& other) { return names_same(row, other) && is_same(row, other); });
    if (!is_known) tell_of(works, RTM_NEWADDR, row);
  }
}

// Linux tells nobody of those that it has just begun to ask for.
bool is_told(const api::NeighbourInfo& neighbour) {
  return neighbour.state != link::NeighbourState::kNone &&
         neighbour.state != link::NeighbourState::kIncomplete;
}

void tell_neighbour(Works& works, const api::NeighbourInfo& before, const api::NeighbourInfo& now) {
  const bool is_other = before.interface != now.interface || before.address != now.address;
  if (is_told(before) && is_other) {
    tell(works, RTNLGRP_NEIGH,
         [&](Writer& out) { return write_neighbour(out, RTM_DELNEIGH, works, before); });
  }
  const bool is_news = is_other || before.state != now.state || before.mac != now.mac;
  if (is_told(now) && is_news) {
    tell(works, RTNLGRP_NEIGH,
         [&](Writer& out) { return write_neighbour(out, RTM_NEWNEIGH, works, now); });
  }
}

}  // namespace

void Monitor::on_membership(Works& works) {
  const bool was_on = is_on_;
  is_on_ = std::ranges::any_of(
      kGroups, [&](uint32_t group) { return has_members(works, NETLINK_ROUTE, group); });
  is_pending_ = false;
  if (!is_on_ || was_on) return;
  tables_ = works.netlink.tables();
  looked_at_ = works.now;
  snapshots_.take(works);
}

void Monitor::on_work(Works& works) {
  if (!is_on_) return;
  const bool is_time = works.now - looked_at_ >= kPause || tables_ != works.netlink.tables();
  if (is_time) look(works);
  is_pending_ = !is_time;
}

void Monitor::look(Works& works) {
  tables_ = works.netlink.tables();
  looked_at_ = works.now;
  snapshots_.take(works);
  const Snapshot& before = snapshots_.before();
  const Snapshot& now = snapshots_.now();
  tell_new(works, before.links.all(), now.links.all());
  tell_gone(works, before.routes.all(), now.routes.all());
  tell_gone(works, before.addresses.all(), now.addresses.all());
  tell_new(works, before.addresses.all(), now.addresses.all());
  tell_new(works, before.routes.all(), now.routes.all());
  for (size_t n = 0; n < now.neighbours.size(); ++n) {
    tell_neighbour(works, before.neighbours[n], now.neighbours[n]);
  }
}

}  // namespace tapstack::shim::netlink::route
