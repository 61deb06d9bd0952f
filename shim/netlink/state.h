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

  // IFF_PROMISC and IFF_ALLMULTI as programs have set them. A TAP passes on all there is either
  // way, so they are kept to be shown.
  uint32_t kept_flags(InterfaceId id) const { return flags_[id.value]; }
  void keep_flags(InterfaceId id, uint32_t flags) { flags_[id.value] = flags; }
  // By the number of the interface; for another process.
  using InterfaceFlags = std::array<uint32_t, kConfig.interfaces + 1>;
  const InterfaceFlags& all_kept_flags() const { return flags_; }
  void restore_flags(const InterfaceFlags& flags) { flags_ = flags; }

 private:
  Socket* sockets_;  // kOwn of them, resident where used
  uint64_t tables_ = 0;
  InterfaceFlags flags_{};
  route::Monitor monitor_;
};

}  // namespace tapstack::shim::netlink
