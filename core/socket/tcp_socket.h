// The calls of a program on a TCP socket: the states that POSIX and Linux give a socket around the
// connection, which is transport/tcp's.
#pragma once

#include <optional>
#include <span>

#include "socket/layers.h"
#include "socket/socket.h"
#include "socket/socket_table.h"
#include "transport/tcp/user_calls.h"
#include "util/result.h"

namespace tapstack::socket::tcp_socket {

// Errors and meaning of every function are those of the call of the same name in api/sockets.h.
Status bind(Environment env, Socket& socket, const Endpoint& local);
Status listen(Environment env, Socket& socket, mem::Index index, uint32_t backlog);
Status connect(Environment env, Socket& socket, mem::Index index, const Endpoint& peer);
Status end_connect(Environment env, Socket& socket);
// MSG_FASTOPEN.
Status connect_with_text(Environment env, Socket& socket, mem::Index index, const Endpoint& peer);
Result<SocketId> accept(Environment env, Socket& listener);

Result<size_t> send(Environment env, Socket& socket, std::span<const mem::ConstBytes> parts,
                    const transport::tcp::SendFlags& flags);
Result<size_t> receive(Environment env, Socket& socket, std::span<const mem::Bytes> parts,
                       const transport::tcp::ReceiveFlags& flags);
size_t peek_spans(Environment env, const Socket& socket, std::span<mem::ConstBytes> spans);
Status consume(Environment env, Socket& socket, size_t bytes);
Result<size_t> reserve_send(Environment env, Socket& socket, size_t bytes,
                            std::span<mem::Bytes> spans);
Status commit_send(Environment env, Socket& socket, size_t bytes,
                   const transport::tcp::SendFlags& flags);

Result<SendReport> take_send_report(Environment env, Socket& socket);
Status shutdown(Environment env, Socket& socket, Shutdown how);
void close(Environment env, Socket& socket);

Endpoint local_endpoint(const Layers& layers, const Socket& socket);
// Of a socket that accept() returns, also when the connection is over by then.
Endpoint accepted_peer(const Layers& layers, const Socket& socket);
Result<Endpoint> remote_endpoint(const Layers& layers, const Socket& socket);
Readiness readiness(const Layers& layers, const Socket& socket);
size_t readable_bytes(const Layers& layers, const Socket& socket);
size_t unsent_bytes(const Layers& layers, const Socket& socket);
size_t not_sent_bytes(const Layers& layers, const Socket& socket);
std::optional<uint32_t> urgent_offset(const Layers& layers, const Socket& socket);
// Of the connection's path; 0 when there is none.
uint32_t path_mtu_bytes(const Layers& layers, const Socket& socket);
// TCP_QUICKACK: of the connection, or as the next one will begin.
bool is_quick_ack(const Layers& layers, const Socket& socket);
Error pending_error(const Layers& layers, const Socket& socket);
Error take_error(Layers& layers, Socket& socket);
TcpInfo info(const Layers& layers, const Socket& socket, Instant now);

}  // namespace tapstack::socket::tcp_socket
