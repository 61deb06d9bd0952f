#include "transport/tcp/tables.h"

#include "transport/port_group.h"

namespace tapstack::transport::tcp {
namespace {

const Flow& flow_of(const Tables& t, uint32_t number) {
  if (number < kFirstHalfOpen) return t.connections.at(number).flow;
  if (number < kFirstTimeWait) return t.half_opens.at(number - kFirstHalfOpen).flow;
  return t.time_waits.at(number - kFirstTimeWait).flow;
}

// How well a listener fits `address`, as Linux's inet_lhash2_lookup() ranks them; 0 not at all.
int rank(const Listener& l, const IpAddress& address) {
  if (l.local.address == address) return 3;
  if (!BoundAddress{l.local.address, l.ip6_only}.takes(address)) return 0;
  return l.local.address.family() == address.family() ? 2 : 1;
}

// Of two that fit alike, and so share the port.
bool is_before(const Tables& t, const Flow& flow, mem::Index one, mem::Index other) {
  const uint32_t hash = t.flows.group_hash(flow);
  return group_rank(hash, one) > group_rank(hash, other);
}

}  // namespace

FlowOwner find(const Tables& t, const Flow& flow) {
  const uint32_t number =
      t.flows.find(t.flows.hash(flow), [&](uint32_t n) { return flow_of(t, n) == flow; });
  FlowOwner owner;
  if (number == mem::kNoIndex) return owner;
  if (number < kFirstHalfOpen) {
    owner.connection = number;
  } else if (number < kFirstTimeWait) {
    owner.half_open = number - kFirstHalfOpen;
  } else {
    owner.time_wait = number - kFirstTimeWait;
  }
  return owner;
}

mem::Index find_listener(const Tables& t, const Flow& flow, InterfaceId interface) {
  const Endpoint& local = flow.local;
  mem::Index best = mem::kNoIndex;
  int best_rank = 0;
  t.listening.find(t.listening.hash(local.port), [&](uint32_t n) {
    const Listener& l = t.listeners.at(n);
    const bool fits =
        l.local.port == local.port && (l.interface.value == 0 || l.interface == interface);
    const int r = fits ? rank(l, local.address) : 0;
    if (r > best_rank || (r != 0 && r == best_rank && is_before(t, flow, n, best))) {
      best = n;
      best_rank = r;
    }
    return false;
  });
  return best;
}

}  // namespace tapstack::transport::tcp
