// All sockets of one kind, one after the other, for tools that look (netstat, ss).
#pragma once

#include "socket/queries.h"
#include "timer/timers.h"
#include "transport/listed.h"

namespace tapstack::socket {

// A View with what a list takes besides.
struct ListView {
  View view;
  const timer::Timers& timers;
  Instant now;
};

// A line, and the socket that it is of: null while no program has it.
struct ListedSocket {
  Listed line;
  SocketId socket;
};

// The first socket of `kind` at `position` or behind it; `position`, begun with 0, goes behind
// that. False: there is no more. A socket that stays while others come and go is met exactly once.
// TCP: without those that neither connect nor listen; UDP and ping: without those that have no port
// (identifier), as Linux lists them.
bool list_next(const ListView& from, SocketKind kind, uint32_t& position, ListedSocket& out);

// The TCP or UDP socket that a packet from `remote` to `local` would be for; false: nobody's.
bool list_one(const ListView& from, SocketKind kind, const transport::Flow& flow,
              InterfaceId interface, ListedSocket& out);

// Figures and congestion control of a TCP line's connection or listener, with or without a socket.
// kBadHandle: it is over.
Result<TcpInfo> listed_info(const ListView& from, const Listed& line);
Result<transport::tcp::Settings> listed_settings(const ListView& from, const Listed& line);

// Ends the connection of a TCP line, or takes a datagram socket's peer away; its program hears
// kConnectionAborted (SOCK_DESTROY of Linux). kNotSupported: a listener, which is shut down in its
// program's name instead; kBadHandle: it is over.
Status destroy_listed(Environment env, SocketKind kind, const Listed& line);

}  // namespace tapstack::socket
