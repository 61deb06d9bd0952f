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

// Back to where a connect() or listen() may start; a port that was bound stays bound.
void become_fresh(Socket& socket) {
  socket.phase = TcpPhase::kFresh;
  socket.connection = {};
  socket.listener = {};
  socket.was_connected = false;
  socket.receive_shut = false;
}

void become_connected(Socket& socket, tcp::ConnectionId id) {
  socket.phase = TcpPhase::kConnected;
  socket.connection = id;
}

Status claim_port(Environment env, Socket& socket, const Endpoint& local) {
  const transport::BindRequest request{local, socket.interface, socket.reuse_address,
                                       socket.reuse_port, socket.ip6_only};
  const auto binding = tcp::bind(env.layers.tcp, env.ctx, request);
  if (!binding.ok()) return binding.error();
  socket.binding = *binding;
  return Status();
}

// Ends what the socket was doing without a trace of it: connect() with AF_UNSPEC, and shutdown() of
// a connection that is not established or of a listener.
void dissolve(Environment env, Socket& socket) {
  if (socket.phase == TcpPhase::kListening) {
    tcp::close_listener(env.layers.tcp, env.ctx, socket.listener).ignore();
  } else if (has_connection(socket)) {
    tcp::abort(env.layers.tcp, env.ctx, socket.connection).ignore();
  }
  become_fresh(socket);
}

// What connect() says of a socket that has a connection already; Error::kNone when that one failed
// and a new attempt may be made. A failure that nobody has asked for is reported first.
//
// Linux answers 0 once to the connect() after a non-blocking one has succeeded; POSIX says EISCONN.
Error state_against_connect(Environment env, Socket& socket) {
  const tcp::ConnectionStatus status = status_of(env.layers, socket);
  if (status.is_deferred) return Error::kIsConnected;  // as far as the program was told
  if (is_connecting(status)) return Error::kAlready;
  if (socket.was_connected || !is_over(status)) return Error::kIsConnected;
  const Error failure = tcp::take_error(env.layers.tcp, socket.connection);
  dissolve(env, socket);
  return failure;
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
  if (socket.phase != TcpPhase::kFresh || !socket.binding.is_null()) return Error::kInvalid;
  const bool may_be_foreign = socket.free_bind || socket.transparent;
  if (!local.address.is_any() && !may_be_foreign &&
      !env.layers.network.is_local_address(local.address)) {
    return Error::kAddressNotAvailable;
  }
  return claim_port(env, socket, local);
}

Status listen(Environment env, Socket& socket, mem::Index index, uint32_t backlog) {
  if (socket.phase == TcpPhase::kListening) {
    return tcp::set_backlog(env.layers.tcp, socket.listener, backlog);
  }
  if (has_connection(socket)) {
    if (socket.was_connected || !is_over(status_of(env.layers, socket))) return Error::kInvalid;
    dissolve(env, socket);
  }
  if (socket.binding.is_null()) {
    const Status claimed = claim_port(env, socket, {IpAddress::any(socket.family), Port{}});
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
  if (socket.phase == TcpPhase::kListening) return Error::kIsConnected;
  if (has_connection(socket)) {
    const Error state = state_against_connect(env, socket);
    if (state != Error::kNone) return state;
  }
  tcp::OpenRequest request;
  if (!socket.binding.is_null()) {
    request.local = tcp::bound_endpoint(env.layers.tcp, socket.binding);
  }
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
  // RFC 7413: with a cookie at hand the SYN waits for the first text, and connect() is done.
  return status_of(env.layers, socket).is_deferred ? Status() : Status(Error::kInProgress);
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
  socket.reuse_address = listener.reuse_address;
  socket.reuse_port = listener.reuse_port;
  socket.interface = listener.interface;
  socket.receive_low_water_bytes = listener.receive_low_water_bytes;
  become_connected(socket, *connection);
  socket.was_connected = true;
  env.sockets.add_event(id->index);  // what came before it had an owner was not reported
  return id;
}

Result<size_t> send(Environment env, Socket& socket, std::span<const mem::ConstBytes> parts,
                    const tcp::SendFlags& flags) {
  if (!has_connection(socket)) return Error::kBrokenPipe;  // as Linux; POSIX: ENOTCONN
  return tcp::send(env.layers.tcp, env.ctx, socket.connection, parts, flags);
}

Result<size_t> receive(Environment env, Socket& socket, std::span<const mem::Bytes> parts,
                       const tcp::ReceiveFlags& flags) {
  if (!has_connection(socket)) return Error::kNotConnected;
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
  if (!has_connection(socket)) return Error::kNotConnected;
  const tcp::ConnectionStatus status = status_of(env.layers, socket);
  if (is_over(status)) return Error::kNotConnected;
  if (is_connecting(status)) {
    dissolve(env, socket);
    return Status();
  }
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
  if (has_connection(socket)) {
    const tcp::ConnectionStatus status = status_of(layers, socket);
    if (status.local.address.family() != Family::kNone) return status.local;
  }
  if (!socket.binding.is_null()) return tcp::bound_endpoint(layers.tcp, socket.binding);
  return {IpAddress::any(socket.family), Port{}};
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

Error take_error(Layers& layers, Socket& socket) {
  return has_connection(socket) ? tcp::take_error(layers.tcp, socket.connection) : Error::kNone;
}

TcpInfo info(const Layers& layers, const Socket& socket, Instant now) {
  Result<TcpInfo> info = TcpInfo{};
  if (has_connection(socket)) info = tcp::info(layers.tcp, now, socket.connection);
  if (socket.phase == TcpPhase::kListening) info = tcp::info(layers.tcp, socket.listener);
  return info.ok() ? *info : TcpInfo{};
}

}  // namespace tapstack::socket::tcp_socket
