// Tells members of rtnetlink's multicast groups what has changed. While there are any, the engine's
// tables are compared with what they were: after each change that a program made, and otherwise at
// most a hundred times a second, when the stack has worked. Nothing is done while nobody listens,
// and the parts of the stack need not report what they do.
#pragma once

#include "shim/netlink/route/snapshot.h"

namespace tapstack::shim::netlink::route {

class Monitor {
 public:
  // Somebody joined or left a group, or the engine has just been taken over.
  void on_membership(Works& works);
  // The stack has worked. Compares, if it is time or a program has changed something.
  void on_work(Works& works);
  // When on_work() wants to be called at the latest.
  Instant next_deadline() const { return is_pending_ ? looked_at_ + kPause : Instant::never(); }

 private:
  static constexpr Duration kPause = Duration::ms(10);

  void look(Works& works);

  bool is_on_ = false;
  bool is_pending_ = false;  // the stack has worked since it was looked at
  uint64_t tables_ = 0;      // State::tables() then
  Instant looked_at_;
  Snapshots snapshots_;
};

}  // namespace tapstack::shim::netlink::route
