// What the calls on netlink sockets ask of the engine: socket, bind, connect, options.
#pragma once

#include "shim/engine/works.h"
#include "shim/netlink/socket.h"

namespace tapstack::shim::netlink {

// kOpen with AF_NETLINK. args: AF_NETLINK, SOCK_*, NETLINK_*, the process's id. An errno;
// EPROTONOSUPPORT: the stack has no such protocol.
int open_socket(Works& works, const Request& request, Reply& reply, int& fd_out);
// Requests about a socket that is there; an errno. The others are EOPNOTSUPP.
//   kBind         args: nl_pid (0: one is chosen), nl_groups
//   kConnect      args: -1 (no handle), nl_pid, nl_groups, 1 for AF_UNSPEC
//   kLocalEndpoint, kRemoteEndpoint   reply: NetlinkName in payload
//   kSetOption    args: Option, value; kNetlinkLevel behind those: NETLINK_*, value
//   kGetOption    args: Option; with kNetlinkLevel as args[2]: NETLINK_*
int serve_call(Works& works, Slot& slot, const Request& request, Reply& reply);
// Gives a socket without a port the process's id, or a number that no process has
// (netlink_autobind): before anything that it has sent is served.
void bind_any(Works& works, Socket& socket);
// The socket's slot is about to be removed.
void forget(Works& works, Slot& slot);

}  // namespace tapstack::shim::netlink
