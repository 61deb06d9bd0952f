// STATUS (RFC 9293 3.10.6), errors, figures and settings.
#include <algorithm>

#include "transport/tcp/figures.h"
#include "transport/tcp/handshake.h"
#include "transport/tcp/notify.h"
#include "transport/tcp/output_plan.h"
#include "transport/tcp/path.h"
#include "transport/tcp/send_room.h"
#include "transport/tcp/user_calls.h"
#include "transport/tcp/user_find.h"

namespace tapstack::transport::tcp {
namespace {

// Octets that receive() will hand out in the end: the urgent one apart.
uint32_t readable_bytes(const Connection& c) {
  const ReceiveVariables& v = c.rcv.vars();
  const uint32_t held = c.rcv.queue().length;
  const bool is_apart =
      v.has_urgent && !c.settings.oob_inline && v.up.after(v.read) && v.up.since(v.read) <= held;
  return is_apart ? held - 1 : held;
}

}  // namespace

Result<ConnectionStatus> status(const Tcp& tcp, ConnectionId id) {
  const Connection* c = find_connection(tcp, id);
  if (c == nullptr) return Error::kBadHandle;
  const ReceiveVariables& rcv = c->rcv.vars();
  ConnectionStatus s;
  s.state = c->state;
  s.local = c->flow.local;
  s.remote = c->flow.remote;
  s.interface = c->route.interface;
  s.error = c->error;
  s.readable_bytes = readable_bytes(*c);
  s.unsent_bytes = c->snd.queued_bytes();
  s.not_sent_bytes = c->snd.unsent_bytes();
  s.is_quick_ack = is_synchronized(c->state) ? !c->acks.is_interactive() : c->settings.quick_ack;
  s.is_deferred = c->fast_open.is_deferred;
  s.path_mtu_bytes = c->route.mtu_bytes;
  s.is_connected = c->was_established && c->state != State::kClosed;
  s.peer_closed =
      rcv.fin_received || c->receive_shut || (c->was_established && c->state == State::kClosed);
  s.send_closed = c->snd.vars().fin_queued || is_send_closed(c->state);
  s.has_send_report = c->marks.has_report();
  s.is_writable = s.is_connected && !s.send_closed && has_worthwhile_room(*c);
  // RFC 9293 3.8.5, MUST-33.
  if (rcv.has_urgent && rcv.up.after(rcv.read)) s.urgent_offset = rcv.up.since(rcv.read) - 1;
  s.has_urgent = s.urgent_offset && !rcv.urgent_taken && *s.urgent_offset < c->rcv.queue().length;
  s.at_urgent_mark = rcv.has_urgent && rcv.up.since(rcv.read) == 1;
  return s;
}

Error take_error(Tcp& tcp, ConnectionId id) {
  Connection* c = find_connection(tcp, id);
  return c == nullptr ? Error::kBadHandle : take_error_of(*c);
}

Result<TcpInfo> info(const Tcp& tcp, Instant now, ConnectionId id) {
  const Connection* c = find_connection(tcp, id);
  return c == nullptr ? Result<TcpInfo>(Error::kBadHandle) : figures_of(*c, now);
}

Result<TcpInfo> info(const Tcp& tcp, ListenerId id) {
  const Listener* l = tcp.tables().listeners.get(id);
  return l == nullptr ? Result<TcpInfo>(Error::kBadHandle) : figures_of(*l);
}

Result<Settings> settings(const Tcp& tcp, ConnectionId id) {
  const Connection* c = find_connection(tcp, id);
  if (c == nullptr) return Error::kBadHandle;
  return c->settings;
}

Result<SendReport> take_send_report(Tcp& tcp, ConnectionId id) {
  Connection* c = find_connection(tcp, id);
  if (c == nullptr) return Error::kBadHandle;
  const auto report = c->marks.take_report(tcp.tables().marks, c->snd.vars().iss + 1);
  return report ? Result<SendReport>(*report) : Error::kWouldBlock;
}

void set_ecn_mode(Tcp& tcp, EcnMode mode) { tcp.tables().ecn = mode; }

Status change_settings(Tcp& tcp, Context& ctx, ConnectionId id, const Settings& settings) {
  Connection* c = find_connection(tcp, id);
  if (c == nullptr) return Error::kBadHandle;
  const bool keep_alive_began = settings.keep_alive && !c->settings.keep_alive;
  const bool no_delay_began = settings.no_delay && !c->settings.no_delay;
  c->settings = settings;
  const uint32_t limit = settings.receive_buffer_bytes;
  c->rcv.set_limit(clamped_window(settings, limit != 0 ? limit : c->rcv.limit_bytes()));
  Work w = work_on(tcp.tables(), ctx, id.index);
  if (!is_synchronized(c->state)) return {};
  update_mss(*c);
  if (settings.congestion != c->congestion.algorithm()) {
    c->congestion.change_algorithm(settings.congestion);
  }
  c->congestion.set_max_pacing_rate(settings.max_pacing_bytes_per_s);
  if (!settings.keep_alive) {
    c->deadlines.clear(Deadline::kKeepAlive);
  } else if (keep_alive_began || c->deadlines.is_set(Deadline::kKeepAlive)) {
    c->deadlines.set(
        Deadline::kKeepAlive,
        std::max(ctx.now, c->silence.last_received_at + Duration::s(settings.keepalive_idle_s)));
  }
  tell_of_room(w);
  // TCP_NODELAY lets go of what is queued, TCP_CORK or not, and so does the end of TCP_CORK.
  if (settings.no_delay && (no_delay_began || c->more)) c->wanted.push = true;
  if (settings.no_delay) c->more = false;
  mark_output(w);
  arm(w);
  return {};
}

void set_fast_open(Tcp& tcp, FastOpenMode mode) { tcp.tables().fast_open = mode; }

void set_fast_open_key(Tcp& tcp, const SecretKey& key) {
  tcp.tables().fast_open_cookies.set_key(key);
}

void forget_fast_open_servers(Tcp& tcp) { tcp.tables().fast_open_cache.forget(); }

bool may_fast_open(const Tcp& tcp) { return tcp.tables().fast_open.is_client(); }

Status set_quick_ack(Tcp& tcp, Context& ctx, ConnectionId id, int64_t value) {
  Connection* c = find_connection(tcp, id);
  if (c == nullptr) return Error::kBadHandle;
  c->settings.quick_ack = value != 0;
  if (!is_synchronized(c->state)) return {};
  const bool was_pending = c->acks.is_pending();
  c->acks.set_quick(value != 0);
  // Linux: an even value lets go of the ACK that waits, and no more.
  if (was_pending && value != 0 && value % 2 == 0) c->acks.set_quick(false);
  Work w = work_on(tcp.tables(), ctx, id.index);
  mark_output(w);
  return {};
}

Status change_settings(Tcp& tcp, ListenerId id, const Settings& settings) {
  Listener* l = tcp.tables().listeners.get(id);
  if (l == nullptr) return Error::kBadHandle;
  l->settings = settings;
  return {};
}

}  // namespace tapstack::transport::tcp
