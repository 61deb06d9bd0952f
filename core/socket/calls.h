// Every call of a program on a socket: finds the socket and hands over to the file of its kind.
// Meaning, arguments and errors are those of the functions of the same name in api/sockets.h; a
// stale id answers Error::kBadHandle.
#pragma once

#include <span>

#include "socket/layers.h"
#include "socket/socket.h"
#include "transport/tcp/user_calls.h"
#include "util/result.h"

namespace tapstack::socket {

struct OpenRequest {
  Family family = Family::kIp4;
  SocketKind kind = SocketKind::kTcp;
  uint8_t protocol = 0;
};

Result<SocketId> open(Environment env, const OpenRequest& request);
Status bind(Environment env, SocketId id, const Endpoint& local);
Status listen(Environment env, SocketId id, uint32_t backlog);
Status connect(Environment env, SocketId id, const Endpoint& peer);
Status end_connect(Environment env, SocketId id);
Status connect_with_text(Environment env, SocketId id, const Endpoint& peer);
Result<SocketId> accept(Environment env, SocketId listener);

struct SendRequest {
  std::span<const mem::ConstBytes> parts;
  DatagramInfo to;
  bool more = false;         // MSG_MORE
  bool urgent = false;       // MSG_OOB
  bool ends_record = false;  // MSG_EOR
  uint8_t reports = 0;       // SendReport
};
Result<size_t> send(Environment env, SocketId id, const SendRequest& request);

Status check_send(Environment env, SocketId id, const DatagramInfo& to, bool is_too_long);

struct ReceiveRequest {
  std::span<const mem::Bytes> parts;
  bool peek = false;             // MSG_PEEK
  bool urgent = false;           // MSG_OOB
  DatagramInfo* info = nullptr;  // filled for datagrams, unless null
};
Result<size_t> receive(Environment env, SocketId id, const ReceiveRequest& request);

size_t peek_spans(Environment env, SocketId id, std::span<mem::ConstBytes> spans);
Status consume(Environment env, SocketId id, size_t bytes);
Result<size_t> reserve_send(Environment env, SocketId id, size_t bytes,
                            std::span<mem::Bytes> spans);
Status commit_send(Environment env, SocketId id, size_t bytes,
                   const transport::tcp::SendFlags& flags);
Status shutdown(Environment env, SocketId id, Shutdown how);
Status close(Environment env, SocketId id);

Error take_error(Environment env, SocketId id);
Result<SendReport> take_send_report(Environment env, SocketId id);
Result<QueuedError> take_queued_error(Environment env, SocketId id);
Status set_option(Environment env, SocketId id, Option option, int64_t value);
Status set_icmp6_filter(Environment env, SocketId id, const transport::Icmp6Filter& filter);
Status set_packet_header(Environment env, SocketId id, PacketHeader header, mem::ConstBytes bytes);
Status set_tcp_default(Environment env, Option option, int64_t value);

}  // namespace tapstack::socket
