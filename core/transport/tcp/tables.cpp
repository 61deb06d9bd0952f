#include "transport/tcp/tables.h"

namespace tapstack::transport::tcp {
namespace {

const Flow& flow_of(const Tables& t, uint32_t number) {
  if (number < kFirstHalfOpen) return t.connections.at(number).flow;
  if (number < kFirstTimeWait) return t.half_opens.at(number - kFirstHalfOpen).flow;
  return t.time_waits.at(number - kFirstTimeWait).flow;
}

bool takes_all(const Listener& l) {
  return l.local.address.family() == Family::kNone || l.local.address.is_any();
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

mem::Index find_listener(const Tables& t, const Endpoint& local, InterfaceId interface) {
  const uint32_t hash = t.listening.hash(local.port);
  const auto fits = [&](const Listener& l) {
    return l.local.port == local.port && (l.interface.value == 0 || l.interface == interface);
  };
  const uint32_t exact = t.listening.find(hash, [&](uint32_t n) {
    const Listener& l = t.listeners.at(n);
    return fits(l) && l.local.address == local.address;
  });
  if (exact != mem::kNoIndex) return exact;
  return t.listening.find(hash, [&](uint32_t n) {
    const Listener& l = t.listeners.at(n);
    return fits(l) && takes_all(l);
  });
}

}  // namespace tapstack::transport::tcp
