// SOCK_DIAG's requests about netlink sockets, as Linux's netlink_diag answers them: `ss -f
// netlink`, /proc/net/netlink.
#pragma once

#include "shim/netlink/family.h"

namespace tapstack::shim::netlink::diag {

// As Family::serve and Family::dump.
int serve_netlink(const Message& request);
int dump_netlink(Call& call, const Message& request, Cursor& at);

}  // namespace tapstack::shim::netlink::diag
