#include "socket/listing.h"

#include "socket/datagram_socket.h"
#include "transport/tcp/listing.h"

namespace tapstack::socket {
namespace {

transport::tcp::ListSource tcp_of(const ListView& from) {
  return {from.view.layers.tcp, from.timers, from.now};
}

Listed line_of(const ListView& from, const Socket& socket) {
  const transport::DatagramEndpoint& endpoint =
      datagram_socket::endpoint_of(from.view.layers, socket);
  const transport::DatagramSettings& settings = endpoint.settings;
  Listed out;
  out.key = uint64_t{endpoint.id.generation} << 32 | endpoint.id.index;
  out.owner = endpoint.owner;
  out.family = endpoint.family;
  out.ip6_only = settings.ip6.only;
  out.protocol = endpoint.protocol;
  out.state = endpoint.is_connected ? TcpState::kEstablished : TcpState::kClosed;
  out.receive_shut = endpoint.receive_shut;
  out.send_shut = endpoint.send_shut;
  out.local = endpoint.local;
  // Linux's raw sockets have the protocol for a port (inet_create()).
  if (socket.kind == SocketKind::kRaw) out.local.port = Port{endpoint.protocol};
  out.remote.address = IpAddress::any(endpoint.family);
  if (endpoint.is_connected) out.remote = endpoint.remote;
  out.interface = settings.interface;
  out.receive_queue = endpoint.received.charged_bytes();
  out.receive_buffer_bytes = settings.receive_buffer_bytes;
  out.send_buffer_bytes = settings.send_buffer_bytes;
  out.drops = endpoint.received.drops();
  out.tos = settings.tos;
  out.traffic_class = settings.ip6.traffic_class;
  out.is_port_asked_for = endpoint.is_port_bound;
  out.receive_errors = settings.receive_errors;
  out.free_bind = settings.free_bind;
  out.transparent = settings.transparent;
  out.header_included = settings.header_included;
  out.multicast_loop = settings.multicast_loop;
  out.multicast_all = settings.multicast_all;
  return out;
}

// The sockets that are not TCP's, by their place in the table.
bool next_datagram_socket(const ListView& from, SocketKind kind, uint32_t& position,
                          ListedSocket& out) {
  for (SocketId id = from.view.sockets.next(position); !id.is_null();
       id = from.view.sockets.next(position)) {
    position = id.index + 1;
    const Socket& socket = *from.view.sockets.find(id);
    if (socket.kind != kind) continue;
    out = {line_of(from, socket), id};
    if (out.line.local.port.value != 0) return true;
  }
  return false;
}

// How well a datagram socket fits: 2 for both ends, 1 for its own, 0 not at all.
int fit(const Listed& line, const transport::Flow& flow, InterfaceId interface) {
  if (line.local.port != flow.local.port) return 0;
  if (line.interface.value != 0 && line.interface != interface) return 0;
  if (line.local == flow.local && line.remote == flow.remote) return 2;
  const bool takes =
      transport::BoundAddress{line.local.address, line.ip6_only}.takes(flow.local.address);
  return takes && line.remote.port.value == 0 ? 1 : 0;
}

bool one_datagram_socket(const ListView& from, SocketKind kind, const transport::Flow& flow,
                         InterfaceId interface, ListedSocket& out) {
  uint32_t position = 0;
  int best = 0;
  ListedSocket found;
  while (best < 2 && next_datagram_socket(from, kind, position, found)) {
    const int fits = fit(found.line, flow, interface);
    if (fits <= best) continue;
    best = fits;
    out = found;
  }
  return best > 0;
}

}  // namespace

bool list_next(const ListView& from, SocketKind kind, uint32_t& position, ListedSocket& out) {
  if (kind != SocketKind::kTcp) return next_datagram_socket(from, kind, position, out);
  if (!transport::tcp::list_next(tcp_of(from), position, out.line)) return false;
  out.socket = from.view.sockets.id_at(out.line.owner);
  return true;
}

bool list_one(const ListView& from, SocketKind kind, const transport::Flow& flow,
              InterfaceId interface, ListedSocket& out) {
  if (kind != SocketKind::kTcp) return one_datagram_socket(from, kind, flow, interface, out);
  if (!transport::tcp::list_one(tcp_of(from), flow, interface, out.line)) return false;
  out.socket = from.view.sockets.id_at(out.line.owner);
  return true;
}

Result<TcpInfo> listed_info(const ListView& from, const Listed& line) {
  return transport::tcp::listed_info(tcp_of(from), line.key);
}

Result<transport::tcp::Settings> listed_settings(const ListView& from, const Listed& line) {
  return transport::tcp::listed_settings(tcp_of(from), line.key);
}

Status destroy_listed(Environment env, SocketKind kind, const Listed& line) {
  if (line.state == TcpState::kListen) return Error::kNotSupported;
  if (kind == SocketKind::kTcp) {
    return transport::tcp::destroy_listed(env.layers.tcp, env.ctx, line.key);
  }
  Socket* socket = env.sockets.find(env.sockets.id_at(line.owner));
  if (socket == nullptr || socket->kind != kind) return Error::kBadHandle;
  datagram_socket::abort(env, *socket);
  return {};
}

}  // namespace tapstack::socket
