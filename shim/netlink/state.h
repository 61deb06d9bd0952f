// What an engine knows of netlink sockets beside their slots.
#pragma once

#include "shim/engine/slots.h"
#include "shim/netlink/route/monitor.h"
#include "shim/netlink/socket.h"

namespace tapstack::shim::netlink {

class State {
 public:
  State();
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  // Of a slot of phase kNetlink.
  Socket& of(const Slot& slot) { return sockets_[Slots::own_index(slot)]; }
  // All of them, in the order of Slots' own; for another process.
  Socket* sockets() { return sockets_; }

  // How often a program has changed interfaces, addresses, routes or neighbours.
  uint64_t tables() const { return tables_; }
  void tables_changed() { ++tables_; }
  route::Monitor& monitor() { return monitor_; }

 private:
  Socket* sockets_;  // kOwn of them, resident where used
  uint64_t tables_ = 0;
  route::Monitor monitor_;
};

}  // namespace tapstack::shim::netlink
