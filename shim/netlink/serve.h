// Takes what programs write to netlink sockets, has it answered by its protocol, and goes on with
// dumps as they are read.
#pragma once

#include "shim/engine/works.h"

namespace tapstack::shim::netlink {

// What happened to a slot of phase kNetlink is looked at. The slot may be gone afterwards.
void pump(Works& works, Slot& slot);

}  // namespace tapstack::shim::netlink
