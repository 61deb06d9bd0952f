// CLOSE and ABORT: RFC 9293 3.10.4 and 3.10.5.
#include "transport/tcp/fin_wait_2.h"
#include "transport/tcp/lifecycle.h"
#include "transport/tcp/notify.h"
#include "transport/tcp/user_calls.h"
#include "transport/tcp/user_find.h"

namespace tapstack::transport::tcp {
namespace {

// FIN after what is queued; the state moves at once (RFC 9293 3.10.4).
void queue_fin(Work& w) {
  Connection& c = w.c;
  if (c.snd.vars().fin_queued) return;
  c.snd.queue_fin();
  if (c.state == State::kEstablished) set_state(w, State::kFinWait1);
  if (c.state == State::kCloseWait) set_state(w, State::kLastAck);
  mark_output(w);
}

// Nobody asks any more: no events, no reader. Returns whether unread text was thrown away.
bool abandon(Work& w) {
  Connection& c = w.c;
  Tables& t = w.tables;
  c.is_orphan = true;
  c.owner = Owner{};
  remove<&Connection::event_link>(t.connections, t.connection_events, w.index);
  const bool had_unread = !c.rcv.queue().is_empty();
  c.rcv.clear(w.ctx.memory);
  return had_unread;
}

void end_by_reset(Work& w) {
  if (w.c.state == State::kClosed) {
    if (!w.c.wanted.reset) release(w);
  } else if (w.c.state == State::kSynSent) {  // the peer knows nothing of it
    finish(w, Error::kNone, Event::kClosed);
  } else {
    finish_with_reset(w, Error::kNone, Event::kClosed);
  }
}

void end_orderly(Work& w) {
  Connection& c = w.c;
  if (c.state == State::kClosed || c.state == State::kSynSent) {
    end_by_reset(w);
    return;
  }
  queue_fin(w);
  if (c.state == State::kFinWait2) {  // it was shut down before: the peer's FIN may never come
    if (must_not_linger(c)) {
      finish_with_reset(w, Error::kNone, Event::kClosed);
      return;
    }
    c.deadlines.set(Deadline::kFinWait2, w.ctx.now + fin_wait_2_time(c));
  }
  arm(w);
}

}  // namespace

Status shutdown_send(Tcp& tcp, Context& ctx, ConnectionId id) {
  Connection* c = find_connection(tcp, id);
  if (c == nullptr) return Error::kBadHandle;
  if (c->state == State::kClosed || c->state == State::kSynSent) return Error::kNotConnected;
  Work w = work_on(tcp.tables(), ctx, id.index);
  queue_fin(w);
  return {};
}

Status shutdown_receive(Tcp& tcp, Context& ctx, ConnectionId id) {
  Connection* c = find_connection(tcp, id);
  if (c == nullptr) return Error::kBadHandle;
  if (c->state == State::kClosed || c->state == State::kSynSent) return Error::kNotConnected;
  c->receive_shut = true;
  Work w = work_on(tcp.tables(), ctx, id.index);
  raise(w, Event::kReadable);  // end of stream, after what is queued
  return {};
}

Status close(Tcp& tcp, Context& ctx, ConnectionId id) {
  Connection* c = find_connection(tcp, id);
  if (c == nullptr) return Error::kBadHandle;
  Work w = work_on(tcp.tables(), ctx, id.index);
  const bool had_unread = abandon(w);
  if (had_unread) ctx.counters.count(Mib::kTcpExtTCPAbortOnClose);
  if (c->settings.linger_s == 0) ctx.counters.count(Mib::kTcpExtTCPAbortOnLinger);
  // RFC 9293 3.6.1: nobody reads on (MAY-1); the peer must learn that its data was not read
  // (SHLD-3, RFC 2525 2.17).
  if (had_unread || c->settings.linger_s == 0) {
    end_by_reset(w);
  } else {
    end_orderly(w);
  }
  return {};
}

Status abort(Tcp& tcp, Context& ctx, ConnectionId id) {
  Connection* c = find_connection(tcp, id);
  if (c == nullptr) return Error::kBadHandle;
  Work w = work_on(tcp.tables(), ctx, id.index);
  abandon(w);
  end_by_reset(w);
  return {};
}

}  // namespace tapstack::transport::tcp
