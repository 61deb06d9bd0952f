// Takes what programs write to netlink sockets, has it answered by its protocol, and goes on with
// dumps as they are read.
#pragma once

#include "shim/engine/works.h"

namespace tapstack::shim::netlink {

// What happened to a slot of phase kNetlink is looked at. The slot may be gone afterwards.
void pump(Works& works, Slot& slot);
// kRtnetlink: one request without a socket. Its errno, or 0.
int serve_alone(Works& works, const Request& request, Reply& reply);

}  // namespace tapstack::shim::netlink
