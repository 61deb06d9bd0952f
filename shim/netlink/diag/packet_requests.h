// SOCK_DIAG's requests about packet sockets, as Linux's packet_diag answers them: `ss -0`,
// /proc/net/packet.
#pragma once

#include "shim/netlink/family.h"

namespace tapstack::shim::netlink::diag {

// As Family::serve and Family::dump.
int serve_packet(const Message& request);
int dump_packet(Call& call, const Message& request, Cursor& at);

}  // namespace tapstack::shim::netlink::diag
