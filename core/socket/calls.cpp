#include "socket/calls.h"

#include "socket/datagram_socket.h"
#include "socket/filters.h"
#include "socket/memberships.h"
#include "socket/options.h"
#include "socket/packet_socket.h"
#include "socket/program_address.h"
#include "socket/tcp_options.h"
#include "socket/tcp_socket.h"
#include "wire/ip4.h"

namespace tapstack::socket {
namespace {

// The protocol of a kind of socket unless another is asked for; 0 for raw sockets, which take any.
uint8_t protocol_of(SocketKind kind, Family family) {
  switch (kind) {
    case SocketKind::kTcp:
      return wire::ip_protocol::kTcp;
    case SocketKind::kUdp:
      return wire::ip_protocol::kUdp;
    case SocketKind::kPing:
      return family == Family::kIp6 ? wire::ip_protocol::kIcmp6 : wire::ip_protocol::kIcmp;
    case SocketKind::kRaw:
    case SocketKind::kPacket:
      return 0;
  }
  return 0;
}

// The others have but their own.
bool has_protocol(SocketKind kind, uint8_t protocol) {
  if (kind == SocketKind::kRaw) return true;
  return kConfig.udp_lite && kind == SocketKind::kUdp && protocol == wire::ip_protocol::kUdpLite;
}

bool is_supported(Family family) {
  return family == Family::kIp4 || (kConfig.ip6 && family == Family::kIp6);
}

// A stream that takes less than offered because packet memory is short has to be told when that
// ends.
void watch_memory(Environment env, SocketId id, const Result<size_t>& sent, size_t offered) {
  const bool took_all = sent.ok() ? *sent >= offered : sent.error() != Error::kWouldBlock;
  if (!took_all && !env.ctx.memory.may_keep(1)) env.sockets.add_starved(id.index);
}

// As rawv6_sendmsg and ping_v6_sendmsg of Linux: the port of a name is a protocol number on a raw
// socket, 0 being its own, and a ping goes to IPv6 addresses that somebody may have.
Status check_ip6_name(const Socket& socket, const Endpoint& name) {
  constexpr uint16_t kProtocolMax = 255;
  if (socket.family != Family::kIp6 || name.address.family() == Family::kNone) return Status();
  if (socket.kind == SocketKind::kRaw) {
    const uint16_t protocol = name.port.value == 0 ? socket.protocol : name.port.value;
    const bool is_free = socket.protocol == wire::ip_protocol::kRaw && protocol <= kProtocolMax;
    return is_free || protocol == socket.protocol ? Status() : Error::kInvalid;
  }
  if (socket.kind != SocketKind::kPing) return Status();
  if (name.address.is_ip4() || name.address.ip6().is_mapped()) return Error::kInvalid;
  return name.address.is_any() ? Error::kNetworkUnreachable : Status();
}

// The addresses of a datagram as the stack has them.
Result<DatagramInfo> known_ends(const Socket& socket, const DatagramInfo& given) {
  if (const Status good = check_ip6_name(socket, given.peer); !good.ok()) return good.error();
  DatagramInfo to = given;
  for (IpAddress* address : {&to.peer.address, &to.local}) {
    const auto known =
        address_from_program(socket, *address, to.interface, Error::kNetworkUnreachable);
    if (!known.ok()) return known.error();
    *address = *known;
  }
  return to;
}

}  // namespace

Result<SocketId> open(Environment env, const OpenRequest& request) {
  if (!is_supported(request.family)) return Error::kAddressFamilyNotSupported;
  if (request.kind > SocketKind::kRaw) return Error::kSocketTypeNotSupported;
  const uint8_t own = protocol_of(request.kind, request.family);
  const uint8_t protocol = request.protocol == 0 ? own : request.protocol;
  const bool is_known = protocol == own || has_protocol(request.kind, protocol);
  if (protocol == 0 || !is_known) return Error::kProtocolNotSupported;
  const auto id = env.sockets.add(request.kind, protocol);
  if (!id.ok()) return id;
  Socket& socket = *env.sockets.find(*id);
  socket.family = request.family;
  socket.settings.is_ip6_socket = request.family == Family::kIp6;
  socket.ip6_only = request.kind == SocketKind::kRaw || request.kind == SocketKind::kPing;
  if (!socket.is_tcp() && !datagram_socket::open(env, socket, id->index).ok()) {
    env.sockets.remove(*id);
    return Error::kTooManySockets;
  }
  return id;
}

Status bind(Environment env, SocketId id, const Endpoint& local) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (socket->is_packet()) return Error::kNotSupported;
  const auto address = address_from_program(*socket, local.address, {}, Error::kInvalid);
  if (!address.ok()) return address.error();
  const Endpoint own{*address, local.port};
  const Status bound = socket->is_tcp() ? tcp_socket::bind(env, *socket, own)
                                        : datagram_socket::bind(env, *socket, own);
  if (bound.ok()) adopt_zone(env, *socket, own.address);
  return bound;
}

Status listen(Environment env, SocketId id, uint32_t backlog) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (!socket->is_tcp()) return Error::kNotSupported;
  return tcp_socket::listen(env, *socket, id.index, backlog);
}

Status connect(Environment env, SocketId id, const Endpoint& peer) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (socket->is_packet()) return Error::kNotSupported;
  const auto address = address_from_program(*socket, peer.address, {}, Error::kNetworkUnreachable);
  if (!address.ok()) return address.error();
  const Endpoint to{*address, peer.port};
  const Status status = socket->is_tcp() ? tcp_socket::connect(env, *socket, id.index, to)
                                         : datagram_socket::connect(env, *socket, to);
  if (status.ok() || status.error() == Error::kInProgress) adopt_zone(env, *socket, to.address);
  return status;
}

Status end_connect(Environment env, SocketId id) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  return socket->is_tcp() ? tcp_socket::end_connect(env, *socket) : Error::kNotSupported;
}

Status connect_with_text(Environment env, SocketId id, const Endpoint& peer) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (!socket->is_tcp()) return Error::kNotSupported;
  const auto address = address_from_program(*socket, peer.address, {}, Error::kNetworkUnreachable);
  if (!address.ok()) return address.error();
  return tcp_socket::connect_with_text(env, *socket, id.index, {*address, peer.port});
}

Result<SocketId> accept(Environment env, SocketId listener) {
  Socket* socket = env.sockets.find(listener);
  if (socket == nullptr) return Error::kBadHandle;
  if (!socket->is_tcp()) return Error::kNotSupported;
  return tcp_socket::accept(env, *socket);
}

Result<size_t> send(Environment env, SocketId id, const SendRequest& request) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (socket->is_packet()) return Error::kNotSupported;
  if (socket->is_tcp()) {
    const auto sent =
        tcp_socket::send(env, *socket, request.parts,
                         {request.more, request.urgent, request.ends_record, request.reports});
    watch_memory(env, id, sent, transport::total_bytes(request.parts));
    return sent;
  }
  if (request.urgent) return Error::kNotSupported;
  auto to = known_ends(*socket, request.to);
  if (!to.ok()) return to.error();
  to->more = request.more;
  return datagram_socket::send(env, *socket, request.parts, *to);
}

Status check_send(Environment env, SocketId id, const DatagramInfo& info, bool is_too_long) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (socket->is_packet()) return Error::kNotSupported;
  if (socket->is_tcp()) return Error::kNotSupported;
  const auto to = known_ends(*socket, info);
  return to.ok() ? datagram_socket::check_send(env, *socket, *to, is_too_long) : Status(to.error());
}

Result<size_t> receive(Environment env, SocketId id, const ReceiveRequest& request) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (socket->is_packet()) return Error::kNotSupported;
  if (socket->is_tcp()) {
    return tcp_socket::receive(env, *socket, request.parts, {request.peek, request.urgent});
  }
  if (request.urgent) return Error::kNotSupported;
  return datagram_socket::receive(env, *socket, request.parts, request.peek, request.info);
}

size_t peek_spans(Environment env, SocketId id, std::span<mem::ConstBytes> spans) {
  const Socket* socket = env.sockets.find(id);
  if (socket == nullptr || !socket->is_tcp()) return 0;
  return tcp_socket::peek_spans(env, *socket, spans);
}

Status consume(Environment env, SocketId id, size_t bytes) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  return socket->is_tcp() ? tcp_socket::consume(env, *socket, bytes) : Error::kNotSupported;
}

Result<size_t> reserve_send(Environment env, SocketId id, size_t bytes,
                            std::span<mem::Bytes> spans) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (!socket->is_tcp()) return Error::kNotSupported;
  const auto reserved = tcp_socket::reserve_send(env, *socket, bytes, spans);
  watch_memory(env, id, reserved, reserved.ok() ? 0 : bytes);
  return reserved;
}

Status commit_send(Environment env, SocketId id, size_t bytes,
                   const transport::tcp::SendFlags& flags) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (!socket->is_tcp()) return Error::kNotSupported;
  return tcp_socket::commit_send(env, *socket, bytes, flags);
}

Status shutdown(Environment env, SocketId id, Shutdown how) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (socket->is_packet()) return Error::kNotSupported;
  return socket->is_tcp() ? tcp_socket::shutdown(env, *socket, how)
                          : datagram_socket::shutdown(env, *socket, how);
}

Status close(Environment env, SocketId id) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  release_filter(env, *socket);
  if (socket->is_tcp()) {
    tcp_socket::close(env, *socket);
  } else if (socket->is_packet()) {
    packet_socket::close(env, *socket);
  } else {
    leave_all_groups(env, id);
    datagram_socket::close(env, *socket);
  }
  env.sockets.remove(id);
  return Status();
}

Error take_error(Environment env, SocketId id) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (socket->is_packet()) return packet_socket::take_error(env.layers, *socket);
  return socket->is_tcp() ? tcp_socket::take_error(env.layers, *socket)
                          : datagram_socket::take_error(env.layers, *socket);
}

Result<SendReport> take_send_report(Environment env, SocketId id) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (!socket->is_tcp()) return Error::kWouldBlock;
  return tcp_socket::take_send_report(env, *socket);
}

Result<QueuedError> take_queued_error(Environment env, SocketId id) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (socket->is_tcp() || socket->is_packet()) return Error::kWouldBlock;
  return datagram_socket::take_queued_error(env, *socket);
}

Status set_option(Environment env, SocketId id, Option option, int64_t value) {
  Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  return set_option(env, *socket, option, value);
}

Status set_icmp6_filter(Environment env, SocketId id, const transport::Icmp6Filter& filter) {
  const Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (!socket->is_raw_icmp6()) return Error::kNotSupported;
  env.layers.raw.set_icmp6_filter(socket->endpoint, filter);
  return Status();
}

Status set_packet_header(Environment env, SocketId id, PacketHeader header, mem::ConstBytes bytes) {
  const Socket* socket = env.sockets.find(id);
  if (socket == nullptr) return Error::kBadHandle;
  if (socket->is_packet()) return Error::kNotSupported;
  if (socket->is_tcp()) return Error::kNotSupported;
  transport::DatagramEndpoint& endpoint = datagram_socket::endpoint_of(env.layers, *socket);
  return endpoint.options.set(env.ctx, header, bytes);
}

Status set_tcp_default(Environment env, Option option, int64_t value) {
  Socket model;
  model.settings = env.sockets.tcp_defaults();
  const Status set = set_tcp_option(env, model, option, value);
  if (set.ok()) env.sockets.set_tcp_defaults(model.settings);
  return set;
}

}  // namespace tapstack::socket
