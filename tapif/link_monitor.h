// Tells when something changes about the network interfaces of this network namespace
// (rtnetlink(7)): the descriptor of a TAP device whose interface is deleted never becomes readable
// by it, since the kernel wakes its reader a moment before the descriptor shows the end.
#pragma once

#include "tapif/os.h"

namespace tapstack::tapif {

class LinkMonitor {
 public:
  LinkMonitor() = default;  // told nothing
  // Of the calling thread's namespace. The descriptor is at `fd_floor` or above. Where rtnetlink
  // may not be used there is none, and nothing is ever told.
  explicit LinkMonitor(int fd_floor);

  int fd() const { return fd_.get(); }  // readable after a change; or -1
  void drain();                         // takes what was told: not readable any more

 private:
  os::Fd fd_;
};

}  // namespace tapstack::tapif
