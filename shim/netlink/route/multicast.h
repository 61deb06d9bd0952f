// RTM_GETMULTICAST: the multicast groups of interfaces, as `ip maddr` asks.
#pragma once

#include "shim/netlink/family.h"

namespace tapstack::shim::netlink::route {

int dump_groups(Call& call, const Message& request, Cursor& at);

}  // namespace tapstack::shim::netlink::route
