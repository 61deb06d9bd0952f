// Packet sockets (AF_PACKET) as programs see them: addresses, messages and options, with the errors
// of Linux's packet_create, packet_bind, packet_sendmsg, packet_recvmsg, packet_setsockopt.
#pragma once

#include <sys/socket.h>

#include "shim/hooks/descriptors.h"

namespace tapstack::shim::packet {

// socket(AF_PACKET, type, protocol): a descriptor, or -1. As for raw sockets, CAP_NET_RAW is not
// asked for: the stack is the user's own.
int open(int type, int protocol);
// An errno or 0.
int bind(const Handle& handle, const sockaddr* address, socklen_t length);
int name(Op op, const Handle& handle, sockaddr* address, socklen_t* length);

// sendmsg(2) and recvmsg(2) on a handle that was verified().
ssize_t send(int fd, const Handle& handle, const msghdr& message, int flags);
ssize_t receive(int fd, const Handle& handle, msghdr& message, int flags);
// FIONREAD: bytes of the first frame, 0 if there is none.
int first_bytes(int fd);

// What is first in the handle's queue only says that the ring has frames.
bool is_ring_first(int fd);
// Takes that away; whether the ring has frames nevertheless (then the handle says so again).
bool is_ring_ready(int fd, const Handle& handle);

// Options of SOL_PACKET, and those of SOL_SOCKET that a packet socket has of its own; an errno or
// 0. False: the common way (options.cpp).
bool get_option(const Handle& handle, int level, int name, void* value, socklen_t* length,
                int& error);
bool set_option(const Handle& handle, int level, int name, const void* value, socklen_t length,
                int& error);

}  // namespace tapstack::shim::packet
