// SOCK_DIAG's requests about TCP, UDP and raw sockets: all that fit, one by its ends, and the end
// of one. As Linux's inet_diag, tcp_diag, udp_diag and raw_diag answer them.
#pragma once

#include "shim/netlink/family.h"

namespace tapstack::shim::netlink::diag {

// SOCK_DIAG_BY_FAMILY and the older TCPDIAG_GETSOCK, as Family::serve.
int serve_inet(Call& call, const Message& request);
// As Family::dump. A socket that stays while the program reads is listed exactly once.
int dump_inet(Call& call, const Message& request, Cursor& at);
// SOCK_DESTROY.
int destroy_inet(Call& call, const Message& request);

}  // namespace tapstack::shim::netlink::diag
