// What can be asked about a socket without changing it. As calls.h otherwise.
#pragma once

#include "socket/layers.h"
#include "socket/socket.h"
#include "util/result.h"

namespace tapstack::socket {

// As Environment, to look at.
struct View {
  const Layers& layers;
  const SocketTable& sockets;
  const mem::PacketMemory& memory;
};

Result<Endpoint> local_endpoint(View view, SocketId id);
Result<Endpoint> remote_endpoint(View view, SocketId id);
// Of a TCP socket that accept() just returned, also when the connection is over by then.
Endpoint accepted_peer(View view, SocketId id);
// No bits for a stale id.
Readiness readiness(View view, SocketId id);
Error pending_error(View view, SocketId id);
Result<size_t> readable_bytes(View view, SocketId id);
Result<size_t> unsent_bytes(View view, SocketId id);
Result<size_t> not_sent_bytes(View view, SocketId id);
Result<size_t> urgent_offset(View view, SocketId id);
Result<int64_t> get_option(View view, SocketId id, Instant now, Option option);
// kNotSupported unless a raw socket of ICMPv6.
Result<transport::Icmp6Filter> icmp6_filter(View view, SocketId id);
// kNotSupported for TCP.
Result<mem::ConstBytes> packet_header(View view, SocketId id, PacketHeader header);
// kNotSupported unless TCP.
Result<TcpInfo> tcp_info(View view, SocketId id, Instant now);

}  // namespace tapstack::socket
