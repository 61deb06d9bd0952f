// The calls of a program on UDP, ping and raw sockets: what these three have in common around their
// endpoints, which are transport/udp's, ping's and raw's.
#pragma once

#include <span>

#include "socket/layers.h"
#include "socket/socket.h"
#include "util/result.h"

namespace tapstack::socket::datagram_socket {

// Takes an endpoint for a socket that was just added. kNoBuffers when there is none.
Status open(Environment env, Socket& socket, mem::Index index);

// Errors and meaning of every function are those of the call of the same name in api/sockets.h.
Status bind(Environment env, Socket& socket, const Endpoint& local);
Status connect(Environment env, Socket& socket, const Endpoint& peer);
Result<size_t> send(Environment env, Socket& socket, std::span<const mem::ConstBytes> parts,
                    const DatagramInfo& to);
Status check_send(Environment env, Socket& socket, const DatagramInfo& to, bool is_too_long);
Result<size_t> receive(Environment env, Socket& socket, std::span<const mem::Bytes> parts,
                       bool peek, DatagramInfo* info);
Status shutdown(Environment env, Socket& socket, Shutdown how);
void close(Environment env, Socket& socket);
// By an administrator: the peer is forgotten, kConnectionAborted is pending (Linux's udp_abort).
void abort(Environment env, Socket& socket);

Endpoint local_endpoint(const Layers& layers, const Socket& socket);
Result<Endpoint> remote_endpoint(const Layers& layers, const Socket& socket);
Readiness readiness(const Layers& layers, const Socket& socket);
size_t readable_bytes(const Layers& layers, const mem::PacketMemory& memory, const Socket& socket);
Error pending_error(const Layers& layers, const Socket& socket);
Error take_error(Layers& layers, Socket& socket);
Result<QueuedError> take_queued_error(Environment env, Socket& socket);

transport::DatagramEndpoint& endpoint_of(Layers& layers, const Socket& socket);
const transport::DatagramEndpoint& endpoint_of(const Layers& layers, const Socket& socket);

}  // namespace tapstack::socket::datagram_socket
