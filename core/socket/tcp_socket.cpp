#include "socket/tcp_socket.h"

namespace tapstack::socket::tcp_socket {

namespace tcp = transport::tcp;

namespace {

tcp::ConnectionStatus status_of(const Layers& layers, const Socket& socket) {
  const auto status = tcp::status(layers.tcp, socket.connection);
  return status.ok() ? *status : tcp::ConnectionStatus{};
}

bool is_over(const tcp::ConnectionStatus& status) {
  return status.state == TcpState::kClosed || status.state == TcpState::kTimeWait;
}

// Not one that was let in by its SYN (RFC 7413): that is as good as established.
bool is_connecting(const tcp::ConnectionStatus& status) {
  return status.state == TcpState::kSynSent ||
         (status.state == TcpState::kSynReceived && !status.is_connected);
}

bool has_connection(const Socket& socket) { return socket.phase == TcpPhase::kConnected; }

// Whether Linux's socket is in TCP_CLOSE: never connected, or the connection is over.
bool is_closed(const Layers& layers, const Socket& socket) {
  if (socket.phase == TcpPhase::kFresh) return true;
  return has_connection(socket) && is_over(status_of(layers, socket));
}

// What Linux does when a socket enters TCP_CLOSE: the port goes back unless bind() named it
// (inet_put_port, SOCK_BINDPORT_LOCK). getsockname() still tells it, and a bound address stays.
void release_port(Environment env, Socket& socket) {
  if (socket.binding.is_null() || socket.is_port_asked_for) return;
  socket.former = tcp::bound_endpoint(env.layers.tcp, socket.binding);
  tcp::unbind(env.layers.tcp, socket.binding);
  socket.binding = {};
}

// The same for a port that the connection chose.
void keep_name(Socket& socket, Port port) {
  if (socket.former.address.family() == Family::kNone) {
    socket.former.address = IpAddress::any(socket.family);
  }
  socket.former.port = port;
}

// Back to where a connect() or listen() may start.
void become_fresh(Environment env, Socket& socket) {
  if (socket.phase != TcpPhase::kFresh) release_port(env, socket);
  socket.phase = TcpPhase::kFresh;
  socket.connection = {};
  socket.listener = {};
  socket.was_connected = socket.is_connect_open = socket.is_bound_anew = false;
  socket.receive_shut = socket.send_shut = false;
}

void become_connected(Socket& socket, tcp::ConnectionId id) {
  socket.phase = TcpPhase::kConnected;
  socket.connection = id;
}

// The address that bind() gave and a released port left behind, or none.
Endpoint left_of_bind(const Socket& socket) { return {socket.former.address, Port{}}; }

Status claim_port(Environment env, Socket& socket, const Endpoint& local) {
  const transport::BindRequest request{local, socket.interface, socket.reuse_address,
                                       socket.reuse_port, socket.ip6_only};
  const auto binding = tcp::bind(env.layers.tcp, env.ctx, request);
  if (!binding.ok()) return binding.error();
  socket.binding = *binding;
  socket.is_port_asked_for = local.port.value != 0;
  return Status();
}

// What SO_ERROR says once a connection in this state is dissolved (tcp_disconnect).
Error error_of_dissolving(const tcp::ConnectionStatus& status) {
  const bool is_lost =
      !is_over(status) && status.state != TcpState::kClosing && status.state != TcpState::kLastAck;
  return is_lost ? Error::kConnectionReset : status.error;
}

// Ends what the socket was doing: connect() with AF_UNSPEC, and shutdown() of a connection that is
// not established or of a listener.
void dissolve(Environment env, Socket& socket) {
  if (socket.phase == TcpPhase::kListening) {
    tcp::close_listener(env.layers.tcp, env.ctx, socket.listener).ignore();
  } else if (has_connection(socket)) {
    const tcp::ConnectionStatus status = status_of(env.layers, socket);
    socket.error = error_of_dissolving(status);
    if (socket.binding.is_null()) keep_name(socket, status.local.port);
    tcp::abort(env.layers.tcp, env.ctx, socket.connection).ignore();
  }
  become_fresh(env, socket);
}

// Linux: the unspecified address as a peer means this host.
Endpoint peer_for(const Endpoint& asked, const Endpoint& local) {
  if (!asked.address.is_any()) return asked;
  const Family family = asked.address.family();
  const bool has_local = local.address.family() == family && !local.address.is_any();
  return {has_local ? local.address : IpAddress::loopback(family), asked.port};
}

}  // namespace

Status bind(Environment env, Socket& socket, const Endpoint& local) {
  if (local.address.family() == Family::kNone) return Error::kAddressFamilyNotSupported;
  const bool is_usable = local.address.is_any() || socket.free_bind || socket.transparent ||
                         env.layers.network.is_local_address(local.address);
  // __inet_bind looks at the address first, __inet6_bind at the state.
  if (!is_usable && socket.family == Family::kIp4) return Error::kAddressNotAvailable;
  if (!is_closed(env.layers, socket)) return Error::kInvalid;
  if (has_connection(socket) && !socket.is_bound_anew) release_port(env, socket);
  if (!socket.binding.is_null()) return Error::kInvalid;
  if (!is_usable) return Error::kAddressNotAvailable;
  const Status claimed = claim_port(env, socket, local);
  if (claimed.ok()) socket.is_bound_anew = has_connection(socket);
  return claimed;
}

Status listen(Environment env, Socket& socket, mem::Index index, uint32_t backlog) {
  if (socket.phase == TcpPhase::kListening) {
    return tcp::set_backlog(env.layers.tcp, socket.listener, backlog);
  }
  if (has_connection(socket)) return Error::kInvalid;
  if (socket.binding.is_null()) {
    Endpoint local = left_of_bind(socket);
    if (local.address.family() == Family::kNone) local.address = IpAddress::any(socket.family);
    const Status claimed = claim_port(env, socket, local);
    if (!claimed.ok()) return claimed;
  }
  tcp::ListenRequest request;
  request.local = tcp::bound_endpoint(env.layers.tcp, socket.binding);
  request.interface = socket.interface;
  request.ip6_only = socket.ip6_only;
  request.binding = socket.binding;
  request.backlog = backlog;
  request.owner = {index};
  request.settings = socket.settings;
  const auto listener = tcp::listen(env.layers.tcp, request);
  if (!listener.ok()) return listener.error();
  socket.phase = TcpPhase::kListening;
  socket.listener = *listener;
  return Status();
}

Status connect(Environment env, Socket& socket, mem::Index index, const Endpoint& peer) {
  if (peer.address.family() == Family::kNone) {
    dissolve(env, socket);
    return Status();
  }
  if (socket.phase != TcpPhase::kFresh) return end_connect(env, socket);
  tcp::OpenRequest request;
  request.local = socket.binding.is_null() ? left_of_bind(socket)
                                           : tcp::bound_endpoint(env.layers.tcp, socket.binding);
  request.remote = peer_for(peer, request.local);
  const IpAddress& own = request.local.address;
  const bool is_bound = own.family() != Family::kNone && !own.is_any();
  if (is_bound && own.family() != peer.address.family()) return Error::kNetworkUnreachable;
  request.interface = socket.interface;
  request.binding = socket.binding;
  request.owner = {index};
  request.settings = socket.settings;
  const auto connection = tcp::connect(env.layers.tcp, env.ctx, env.layers.network, request);
  if (!connection.ok()) return connection.error();
  become_connected(socket, *connection);
  socket.is_connect_open = true;
  // RFC 7413: with a cookie at hand the SYN waits for the first text, and connect() is done.
  return status_of(env.layers, socket).is_deferred ? Status() : Status(Error::kInProgress);
}

// __inet_stream_connect: what connect() says of a socket that has a connection or had one.
Status end_connect(Environment env, Socket& socket) {
  if (socket.phase == TcpPhase::kListening) return Error::kIsConnected;
  if (!has_connection(socket)) {  // dissolved by somebody else meanwhile
    const Error error = take_error(env.layers, socket);
    return error != Error::kNone ? error : Error::kConnectionAborted;
  }
  const tcp::ConnectionStatus status = status_of(env.layers, socket);
  if (!socket.is_connect_open) {  // SS_CONNECTED; SS_DISCONNECTING, see shutdown()
    return socket.was_connected || !is_over(status) ? Error::kIsConnected : Error::kInvalid;
  }
  if (status.is_deferred) return Error::kIsConnected;  // as far as the program was told
  if (is_connecting(status)) return Error::kAlready;
  if (!is_over(status)) {
    socket.is_connect_open = false;
    return Status();
  }
  const Error failure = take_error(env.layers, socket);
  dissolve(env, socket);
  return failure != Error::kNone ? failure : Error::kConnectionAborted;
}

Status connect_with_text(Environment env, Socket& socket, mem::Index index, const Endpoint& peer) {
  if (!tcp::may_fast_open(env.layers.tcp)) return Error::kNotSupported;
  if (has_connection(socket)) {
    // Begun by TCP_FASTOPEN_CONNECT: this is the text that the SYN waits for. And on a connection
    // the flag means nothing, as on Linux.
    const tcp::ConnectionStatus status = status_of(env.layers, socket);
    if (status.is_deferred || (status.is_connected && !is_over(status))) return Status();
  }
  const bool was_asked = socket.settings.fast_open_connect;
  socket.settings.fast_open_connect = true;
  const Status status = connect(env, socket, index, peer);
  socket.settings.fast_open_connect = was_asked;
  return status;
}

Result<SocketId> accept(Environment env, Socket& listener) {
  if (listener.phase != TcpPhase::kListening) return Error::kInvalid;
  const auto waiting = tcp::listener_status(env.layers.tcp, listener.listener);
  if (!waiting.ok() || waiting->acceptable == 0) return Error::kWouldBlock;
  const auto id = env.sockets.add(SocketKind::kTcp, listener.protocol);
  if (!id.ok()) return id;
  const auto connection = tcp::accept(env.layers.tcp, listener.listener, {id->index});
  if (!connection.ok()) {
    env.sockets.remove(*id);
    return connection.error();
  }
  Socket& socket = *env.sockets.find(*id);
  socket.family = listener.family;
  socket.ip6_only = listener.ip6_only;
  socket.settings = listener.settings;
  socket.settings.defer_accept_timeouts = 0;  // these two are the listener's alone, as on Linux
  socket.settings.fast_open_queue = 0;
  env.layers.network.parts().filters.share(socket.settings.filter.get());  // sk_clone_lock
  socket.reuse_address = listener.reuse_address;
  socket.reuse_port = listener.reuse_port;
  socket.broadcast = listener.broadcast;
  socket.interface = listener.interface;
  socket.receive_low_water_bytes = listener.receive_low_water_bytes;
  become_connected(socket, *connection);
  socket.was_connected = true;
  env.sockets.add_event(id->index);  // what came before it had an owner was not reported
  return id;
}

Result<size_t> send(Environment env, Socket& socket, std::span<const mem::ConstBytes> parts,
                    const tcp::SendFlags& flags) {
  if (!has_connection(socket)) {
    const Error error = take_error(env.layers, socket);
    return error != Error::kNone ? error : Error::kBrokenPipe;  // as Linux; POSIX: ENOTCONN
  }
  return tcp::send(env.layers.tcp, env.ctx, socket.connection, parts, flags);
}

Result<size_t> receive(Environment env, Socket& socket, std::span<const mem::Bytes> parts,
                       const tcp::ReceiveFlags& flags) {
  if (!has_connection(socket)) {
    const Error error = take_error(env.layers, socket);
    if (error == Error::kNone && socket.receive_shut) return size_t{0};
    return error != Error::kNone ? error : Error::kNotConnected;
  }
  return tcp::receive(env.layers.tcp, env.ctx, socket.connection, parts, flags);
}

size_t peek_spans(Environment env, const Socket& socket, std::span<mem::ConstBytes> spans) {
  if (!has_connection(socket)) return 0;
  return tcp::peek_spans(env.layers.tcp, env.ctx.memory, socket.connection, spans);
}

Status consume(Environment env, Socket& socket, size_t bytes) {
  if (!has_connection(socket)) return Error::kNotConnected;
  return tcp::consume(env.layers.tcp, env.ctx, socket.connection, bytes);
}

Result<size_t> reserve_send(Environment env, Socket& socket, size_t bytes,
                            std::span<mem::Bytes> spans) {
  if (!has_connection(socket)) return Error::kBrokenPipe;
  return tcp::reserve_send(env.layers.tcp, env.ctx, socket.connection, bytes, spans);
}

Status commit_send(Environment env, Socket& socket, size_t bytes, const tcp::SendFlags& flags) {
  if (!has_connection(socket)) return Error::kBrokenPipe;
  return tcp::commit_send(env.layers.tcp, env.ctx, socket.connection, bytes, flags);
}

Result<SendReport> take_send_report(Environment env, Socket& socket) {
  if (!has_connection(socket)) return Error::kWouldBlock;
  return tcp::take_send_report(env.layers.tcp, socket.connection);
}

Status shutdown(Environment env, Socket& socket, Shutdown how) {
  if (socket.phase == TcpPhase::kListening) {
    if (how != Shutdown::kSend) dissolve(env, socket);
    return Status();
  }
  if (is_closed(env.layers, socket)) {  // inet_shutdown: it takes effect, and is an error
    if (how != Shutdown::kSend) socket.receive_shut = true;
    if (how != Shutdown::kReceive) socket.send_shut = true;
    socket.is_connect_open = false;
    return Error::kNotConnected;
  }
  if (is_connecting(status_of(env.layers, socket))) {
    dissolve(env, socket);
    return Status();
  }
  socket.is_connect_open = false;
  if (how != Shutdown::kSend) {
    socket.receive_shut = true;
    const Status done = tcp::shutdown_receive(env.layers.tcp, env.ctx, socket.connection);
    if (!done.ok()) return done;
  }
  if (how == Shutdown::kReceive) return Status();
  return tcp::shutdown_send(env.layers.tcp, env.ctx, socket.connection);
}

void close(Environment env, Socket& socket) {
  if (socket.phase == TcpPhase::kListening) {
    tcp::close_listener(env.layers.tcp, env.ctx, socket.listener).ignore();
  } else if (has_connection(socket)) {
    tcp::close(env.layers.tcp, env.ctx, socket.connection).ignore();
  }
  if (!socket.binding.is_null()) tcp::unbind(env.layers.tcp, socket.binding);
}

Endpoint local_endpoint(const Layers& layers, const Socket& socket) {
  if (has_connection(socket) && !socket.is_bound_anew) {
    const tcp::ConnectionStatus status = status_of(layers, socket);
    if (status.local.address.family() != Family::kNone) return status.local;
  }
  if (!socket.binding.is_null()) return tcp::bound_endpoint(layers.tcp, socket.binding);
  const bool was_named = socket.former.address.family() != Family::kNone;
  return was_named ? socket.former : Endpoint{IpAddress::any(socket.family), Port{}};
}

Endpoint accepted_peer(const Layers& layers, const Socket& socket) {
  return status_of(layers, socket).remote;
}

Result<Endpoint> remote_endpoint(const Layers& layers, const Socket& socket) {
  if (!has_connection(socket)) return Error::kNotConnected;
  const tcp::ConnectionStatus status = status_of(layers, socket);
  if (is_over(status) || is_connecting(status)) return Error::kNotConnected;
  return status.remote;
}

// The bits that tcp_poll() of Linux gives in each state.
Readiness readiness(const Layers& layers, const Socket& socket) {
  Readiness ready;
  const auto set = [&ready](bool condition, unsigned bits) {
    if (condition) ready.bits = static_cast<uint16_t>(ready.bits | bits);
  };
  if (socket.phase == TcpPhase::kFresh) {
    set(true, Readiness::kWritable | Readiness::kHangUp);
    set(socket.receive_shut, Readiness::kReadable | Readiness::kPeerClosed);
    set(socket.error != Error::kNone, Readiness::kError);
    return ready;
  }
  if (socket.phase == TcpPhase::kListening) {
    const auto waiting = tcp::listener_status(layers.tcp, socket.listener);
    set(waiting.ok() && waiting->acceptable > 0, Readiness::kReadable);
    return ready;
  }
  const tcp::ConnectionStatus status = status_of(layers, socket);
  set(status.error != Error::kNone || status.has_send_report, Readiness::kError);
  if (is_connecting(status)) {
    set(status.is_deferred, Readiness::kWritable);
    return ready;
  }
  const bool is_closed = is_over(status);
  const bool receive_over = is_closed || status.peer_closed || socket.receive_shut;
  const bool send_over = is_closed || status.send_closed;
  set(receive_over, Readiness::kReadable | Readiness::kPeerClosed);
  set(receive_over && send_over, Readiness::kHangUp);
  set(status.readable_bytes >= socket.receive_low_water_bytes, Readiness::kReadable);
  set(send_over || status.is_writable, Readiness::kWritable);
  set(status.has_urgent, Readiness::kUrgent);
  return ready;
}

size_t readable_bytes(const Layers& layers, const Socket& socket) {
  return has_connection(socket) ? status_of(layers, socket).readable_bytes : 0;
}

size_t unsent_bytes(const Layers& layers, const Socket& socket) {
  return has_connection(socket) ? status_of(layers, socket).unsent_bytes : 0;
}

size_t not_sent_bytes(const Layers& layers, const Socket& socket) {
  return has_connection(socket) ? status_of(layers, socket).not_sent_bytes : 0;
}

bool is_quick_ack(const Layers& layers, const Socket& socket) {
  return has_connection(socket) ? status_of(layers, socket).is_quick_ack
                                : socket.settings.quick_ack;
}

std::optional<uint32_t> urgent_offset(const Layers& layers, const Socket& socket) {
  if (!has_connection(socket)) return std::nullopt;
  return status_of(layers, socket).urgent_offset;
}

uint32_t path_mtu_bytes(const Layers& layers, const Socket& socket) {
  return has_connection(socket) ? status_of(layers, socket).path_mtu_bytes : 0;
}

Error pending_error(const Layers& layers, const Socket& socket) {
  return has_connection(socket) ? status_of(layers, socket).error : socket.error;
}

Error take_error(Layers& layers, Socket& socket) {
  if (has_connection(socket)) return tcp::take_error(layers.tcp, socket.connection);
  const Error error = socket.error;
  socket.error = Error::kNone;
  return error;
}

TcpInfo info(const Layers& layers, const Socket& socket, Instant now) {
  Result<TcpInfo> info = TcpInfo{};
  if (has_connection(socket)) info = tcp::info(layers.tcp, now, socket.connection);
  if (socket.phase == TcpPhase::kListening) info = tcp::info(layers.tcp, socket.listener);
  return info.ok() ? *info : TcpInfo{};
}

}  // namespace tapstack::socket::tcp_socket
