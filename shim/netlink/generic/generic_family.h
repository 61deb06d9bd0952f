// NETLINK_GENERIC: the controller that knows all families, which are none but itself. So
// wireless (nl80211), ethtool and tcp_metrics are answered as on a kernel without them.
#pragma once

#include "shim/netlink/family.h"

namespace tapstack::shim::netlink::generic {

extern const Family kFamily;

}  // namespace tapstack::shim::netlink::generic
