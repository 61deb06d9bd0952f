#include "api/sockets.h"

#include "socket/queries.h"
#include "stack/call.h"

namespace tapstack::api {

Result<SocketId> open(Stack& stack, Instant now, Family family, SocketKind kind, uint8_t protocol) {
  return socket::open(Call(stack, now), {family, kind, protocol});
}

Status bind(Stack& stack, Instant now, SocketId id, const Endpoint& local) {
  return socket::bind(Call(stack, now), id, local);
}

Status listen(Stack& stack, Instant now, SocketId id, uint32_t backlog) {
  return socket::listen(Call(stack, now), id, backlog);
}

Status connect(Stack& stack, Instant now, SocketId id, const Endpoint& peer) {
  return socket::connect(Call(stack, now), id, peer);
}

Status end_connect(Stack& stack, Instant now, SocketId id) {
  return socket::end_connect(Call(stack, now), id);
}

Status connect_with_text(Stack& stack, Instant now, SocketId id, const Endpoint& peer) {
  return socket::connect_with_text(Call(stack, now), id, peer);
}

Result<Accepted> accept(Stack& stack, Instant now, SocketId listener) {
  const auto id = socket::accept(Call(stack, now), listener);
  if (!id.ok()) return id.error();
  return Accepted{*id, socket::accepted_peer(stack.view(), *id)};
}

Result<size_t> send(Stack& stack, Instant now, SocketId id, std::span<const ConstBytes> parts,
                    const DatagramInfo& to, const SendOptions& options) {
  socket::SendRequest request{parts,          to, options.more, options.urgent, options.ends_record,
                              options.reports};
  request.to.dont_route = to.dont_route || options.dont_route;
  return socket::send(Call(stack, now), id, request);
}

Status check_send(Stack& stack, Instant now, SocketId id, const DatagramInfo& to,
                  bool is_too_long) {
  return socket::check_send(Call(stack, now), id, to, is_too_long);
}

Result<size_t> receive(Stack& stack, Instant now, SocketId id, std::span<const Bytes> parts,
                       const ReceiveOptions& options, DatagramInfo* info) {
  return socket::receive(Call(stack, now), id, {parts, options.peek, options.urgent, info});
}

size_t peek_spans(Stack& stack, SocketId id, std::span<ConstBytes> spans) {
  return socket::peek_spans(Call(stack, stack.last_now()), id, spans);
}

Status consume(Stack& stack, Instant now, SocketId id, size_t bytes) {
  return socket::consume(Call(stack, now), id, bytes);
}

Result<size_t> reserve_send(Stack& stack, SocketId id, size_t bytes, std::span<Bytes> spans) {
  return socket::reserve_send(Call(stack, stack.last_now()), id, bytes, spans);
}

Status commit_send(Stack& stack, Instant now, SocketId id, size_t bytes,
                   const SendOptions& options) {
  return socket::commit_send(Call(stack, now), id, bytes,
                             {options.more, options.urgent, options.ends_record, options.reports});
}

Status shutdown(Stack& stack, Instant now, SocketId id, Shutdown how) {
  return socket::shutdown(Call(stack, now), id, how);
}

Status close(Stack& stack, Instant now, SocketId id) { return socket::close(Call(stack, now), id); }

Result<Endpoint> local_endpoint(const Stack& stack, SocketId id) {
  return socket::local_endpoint(stack.view(), id);
}

Result<Endpoint> remote_endpoint(const Stack& stack, SocketId id) {
  return socket::remote_endpoint(stack.view(), id);
}

Readiness readiness(const Stack& stack, SocketId id) { return socket::readiness(stack.view(), id); }

Error pending_error(const Stack& stack, SocketId id) {
  return socket::pending_error(stack.view(), id);
}

Result<size_t> readable_bytes(const Stack& stack, SocketId id) {
  return socket::readable_bytes(stack.view(), id);
}

Result<size_t> unsent_bytes(const Stack& stack, SocketId id) {
  return socket::unsent_bytes(stack.view(), id);
}

Result<size_t> not_sent_bytes(const Stack& stack, SocketId id) {
  return socket::not_sent_bytes(stack.view(), id);
}

Result<size_t> urgent_offset(const Stack& stack, SocketId id) {
  return socket::urgent_offset(stack.view(), id);
}

Error take_error(Stack& stack, SocketId id) {
  return socket::take_error(Call(stack, stack.last_now()), id);
}

Result<QueuedError> take_queued_error(Stack& stack, SocketId id) {
  return socket::take_queued_error(Call(stack, stack.last_now()), id);
}

Result<SendReport> take_send_report(Stack& stack, SocketId id) {
  return socket::take_send_report(Call(stack, stack.last_now()), id);
}

Status set_option(Stack& stack, Instant now, SocketId id, Option option, int64_t value) {
  return socket::set_option(Call(stack, now), id, option, value);
}

Status set_icmp6_filter(Stack& stack, SocketId id, const Icmp6Filter& filter) {
  return socket::set_icmp6_filter(Call(stack, stack.last_now()), id, filter);
}

Result<Icmp6Filter> icmp6_filter(const Stack& stack, SocketId id) {
  return socket::icmp6_filter(stack.view(), id);
}

Status set_packet_header(Stack& stack, Instant now, SocketId id, PacketHeader header,
                         ConstBytes bytes) {
  return socket::set_packet_header(Call(stack, now), id, header, bytes);
}

Result<ConstBytes> packet_header(const Stack& stack, SocketId id, PacketHeader header) {
  return socket::packet_header(stack.view(), id, header);
}

Status set_tcp_default(Stack& stack, Instant now, Option option, int64_t value) {
  return socket::set_tcp_default(Call(stack, now), option, value);
}

Result<int64_t> get_option(const Stack& stack, SocketId id, Option option) {
  return socket::get_option(stack.view(), id, stack.last_now(), option);
}

Result<TcpInfo> tcp_info(const Stack& stack, Instant now, SocketId id) {
  return socket::tcp_info(stack.view(), id, now);
}

namespace {

socket::ListView list_view(const Stack& stack, Instant now) {
  return {stack.view(), stack.timers(), now};
}

}  // namespace

bool list_next(const Stack& stack, Instant now, SocketKind kind, uint32_t& position,
               ListedSocket& out) {
  return socket::list_next(list_view(stack, now), kind, position, out);
}

bool list_one(const Stack& stack, Instant now, SocketKind kind, const Endpoint& local,
              const Endpoint& remote, InterfaceId interface, ListedSocket& out) {
  return socket::list_one(list_view(stack, now), kind, {local, remote}, interface, out);
}

Result<TcpInfo> listed_info(const Stack& stack, Instant now, const Listed& line) {
  return socket::listed_info(list_view(stack, now), line);
}

Result<CongestionAlgorithm> listed_congestion(const Stack& stack, Instant now, const Listed& line) {
  const auto settings = socket::listed_settings(list_view(stack, now), line);
  return settings.ok() ? Result<CongestionAlgorithm>(settings->congestion) : settings.error();
}

Status destroy_listed(Stack& stack, Instant now, SocketKind kind, const Listed& line) {
  Context ctx = stack.context(now);
  return socket::destroy_listed(stack.environment(ctx), kind, line);
}

bool next_event(Stack& stack, SocketId& id) { return stack.next_event(id); }

}  // namespace tapstack::api
