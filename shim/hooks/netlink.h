// Netlink sockets as programs see them: addresses, options and privileges of AF_NETLINK. What the
// messages say is the engine's (netlink/).
#pragma once

#include <sys/socket.h>

#include "shim/hooks/descriptors.h"

namespace tapstack::shim::netlink {

// Whether the protocol has to do with the network and is for the stack to answer or to refuse; the
// others (uevents, audit ...) are the kernel's.
bool is_ours(int protocol);
// socket(AF_NETLINK, type, protocol): a descriptor, or -1 and an errno as netlink_create's.
int open(int type, int protocol);

// Each an errno or 0, as netlink_bind's, netlink_connect's and netlink_getname's.
int bind(const Handle& handle, const sockaddr* address, socklen_t length);
int connect(const Handle& handle, const sockaddr* address, socklen_t length);
int name(Op op, const Handle& handle, sockaddr* address, socklen_t* length);

// Where a message shall go and who sends it; an errno or 0 (netlink_sendmsg).
int address_header(const msghdr& message, DatagramHeader& header);
// Who a message is from, and what else the program wants to hear of it (netlink_recvmsg).
void describe(const Handle& handle, const DatagramHeader& header, msghdr& message);

// Options of SOL_NETLINK, and those of SOL_SOCKET that a netlink socket has of its own; an errno or
// 0. False: the common way (options.cpp).
bool get_option(const Handle& handle, int level, int name, void* value, socklen_t* length,
                int& error);
bool set_option(const Handle& handle, int level, int name, const void* value, socklen_t length,
                int& error);

}  // namespace tapstack::shim::netlink
