#include "transport/tcp/lifecycle.h"

#include "transport/tcp/notify.h"
#include "transport/tcp/time_wait_table.h"

namespace tapstack::transport::tcp {
namespace {

bool counts_as_established(State s) {  // tcpCurrEstab, RFC 4022
  return s == State::kEstablished || s == State::kCloseWait;
}

// RFC 7413 5.1: the handshake of a connection that was let in by its SYN is over, or given up.
void leave_fast_open_queue(Work& w) {
  if (Listener* l = w.tables.listeners.get(w.c.fast_open.counted_by)) --l->fast_open_pending;
  w.c.fast_open.counted_by = ListenerId{};
}

void leave_flow_table(Work& w) {
  if (!w.c.in_demux) return;
  w.tables.flows.remove(w.tables.flows.hash(w.c.flow), w.index);
  w.c.in_demux = false;
}

void leave_port(Work& w) {
  if (w.c.binding.is_null()) return;
  w.tables.ports.release(w.c.binding);
  w.c.binding = BindingId{};
}

// What both ways to end share.
void tear_down(Work& w, Error error, Event event) {
  Connection& c = w.c;
  set_state(w, State::kClosed);
  leave_flow_table(w);
  leave_port(w);
  unmark_output(w);
  c.snd.clear(w.ctx.memory);
  c.out_of_order.clear(w.tables.held, w.ctx.memory);
  c.sent.clear(w.tables.sent);
  c.marks.clear(w.tables.marks);
  c.deadlines.clear_all();
  c.wanted = OutputRequests{};
  if (c.is_orphan) c.rcv.clear(w.ctx.memory);
  c.error = error;
  raise(w, event);
  arm(w);
}

}  // namespace

mem::Index create(Tables& t, const Flow& flow, const net::Route& route, BindingId binding) {
  const ConnectionId id = t.connections.allocate();
  if (id.is_null()) return mem::kNoIndex;
  Connection& c = *t.connections.get(id);
  c.flow = flow;
  c.route = route;
  c.binding = binding;
  c.in_demux = true;
  t.flows.insert(t.flows.hash(flow), id.index);
  return id.index;
}

void set_state(Work& w, State state) {
  const bool was = counts_as_established(w.c.state);
  const bool is = counts_as_established(state);
  if (is && !was) w.ctx.counters.count(Mib::kTcpCurrEstab);
  if (was && !is) w.ctx.counters.uncount(Mib::kTcpCurrEstab);
  if (w.c.state == State::kSynReceived && state != State::kSynReceived) leave_fast_open_queue(w);
  w.c.state = state;
}

void become_established(Work& w) {
  Connection& c = w.c;
  // The user may have closed while the handshake was going on.
  set_state(w, c.snd.vars().fin_queued ? State::kFinWait1 : State::kEstablished);
  c.was_established = true;
  c.soft_error = Error::kNone;
  c.silence = Silence{};
  c.silence.last_received_at = w.ctx.now;
  c.deadlines.clear(Deadline::kRetransmit);
  if (c.settings.keep_alive) {
    c.deadlines.set(Deadline::kKeepAlive, w.ctx.now + Duration::s(c.settings.keepalive_idle_s));
  }
  raise(w, Event::kConnected);
  raise(w, Event::kWritable);
}

void finish(Work& w, Error error, Event event) {
  tear_down(w, error, event);
  if (w.c.is_orphan) release(w);
}

void finish_with_reset(Work& w, Error error, Event event) {
  tear_down(w, error, event);
  w.c.wanted.reset = true;
  mark_output(w);
}

void enter_time_wait(Work& w, net::Network& network) {
  Connection& c = w.c;
  TimeWait record;
  record.flow = c.flow;
  record.binding = c.binding;
  record.route = c.route;
  record.snd_nxt = c.snd.vars().nxt;
  record.rcv_nxt = c.rcv.vars().nxt;
  record.window = c.rcv.advertise(c.acks.segment_bytes());
  record.timestamps = c.timestamps.is_enabled();
  record.timestamp_offset = c.timestamps.offset();
  record.timestamp_recent = c.timestamps.recent();
  record.is_ip6_socket = c.settings.is_ip6_socket;
  leave_flow_table(w);
  c.binding = BindingId{};  // the record's now
  add_time_wait(w.tables, w.ctx, record);
  // From CLOSING the peer's FIN has been acknowledged already.
  if (c.acks.is_pending()) send_time_wait_ack(w.ctx, network, record);
  finish(w, Error::kNone, Event::kClosed);
}

void release(Work& w) {
  Tables& t = w.tables;
  unmark_output(w);
  remove<&Connection::event_link>(t.connections, t.connection_events, w.index);
  w.c.rcv.clear(w.ctx.memory);
  w.ctx.timers.disarm(timer::make(timer::TimerKind::kTcpConnection, w.index));
  t.connections.release_at(w.index);
  w.is_gone = true;
}

}  // namespace tapstack::transport::tcp
