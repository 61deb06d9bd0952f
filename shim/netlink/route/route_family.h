// NETLINK_ROUTE: interfaces, addresses, routes, neighbours (RFC 3549 3.1, rtnetlink(7)).
#pragma once

#include "shim/netlink/family.h"

namespace tapstack::shim::netlink::route {

extern const Family kFamily;

}  // namespace tapstack::shim::netlink::route
