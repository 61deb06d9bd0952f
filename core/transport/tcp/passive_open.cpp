#include "transport/tcp/passive_open.h"

#include "transport/tcp/half_open_table.h"
#include "transport/tcp/handshake.h"
#include "transport/tcp/lifecycle.h"
#include "transport/tcp/notify.h"
#include "transport/tcp/path.h"
#include "transport/tcp/reset.h"

namespace tapstack::transport::tcp {
namespace {

mem::Index create_on_port_of(Tables& t, const Listener& l, const HalfOpen& h) {
  BindRequest claim = t.ports.get(l.binding)->claim;
  claim.local.address = h.flow.local.address;
  const auto binding = t.ports.join(claim);
  if (!binding) return mem::kNoIndex;
  const mem::Index index = create(t, h.flow, h.route, *binding);
  if (index == mem::kNoIndex) t.ports.release(*binding);
  return index;
}

// What a SYN cookie and the ACK that returned it say of the handshake. `a.seg` is the ACK.
HalfOpen record_from_cookie(const Arrival& a, mem::Index listener, const net::Route& route,
                            uint16_t peer_mss_bytes) {
  const Listener& l = a.tables.listeners.at(listener);
  const Segment& ack = a.seg;
  HalfOpen record;
  record.flow = ack.flow;
  record.listener = a.tables.listeners.id_at(listener);
  record.route = route;
  record.iss = ack.ack - 1;
  record.irs = ack.seq - 1;
  if (const auto& ts = ack.options.timestamps) {
    record.agreed = agreed_from_cookie(ts->echo_reply, offer_of(l.settings).shift);
    record.timestamp_recent = ts->value;
  }
  record.agreed.peer_mss_bytes = peer_mss_bytes;
  record.advertised_mss_bytes = advertised_mss(route, l.settings.max_segment_bytes);
  record.window = ack.wnd;
  record.timestamp_offset = a.tables.isn.timestamp_offset(ack.flow);
  record.sent_at = Instant::never();  // nobody remembers
  return record;
}

// The peer takes the connection for established and sends: what follows would be answered with a
// RST if nothing were known of it. Its address is no forged one, so it is kept; its SYN-ACK will go
// out again, and the ACK come. (Linux keeps nothing; but there one SYN at a time is taken in, while
// here a burst of them comes in one batch and reaches the cookies with a backlog of 5.)
void wait_for_room(Arrival& a, const HalfOpen& record) {
  a.ctx.counters.count(Mib::kTcpExtListenOverflows);
  a.ctx.drop(DropReason::kTcpAcceptQueueFull);
  if (has_half_open_room(a.tables, *a.tables.listeners.get(record.listener))) {
    keep_half_open(a.tables, a.ctx, record);
  }
}

}  // namespace

mem::Index open_passively(Arrival& a, const HalfOpen& h) {
  Tables& t = a.tables;
  Listener& l = *t.listeners.get(h.listener);
  const mem::Index index = create_on_port_of(t, l, h);
  if (index == mem::kNoIndex) return index;
  Connection& c = t.connections.at(index);
  c.settings = l.settings;
  c.bound = l.interface;
  c.listener = h.listener;
  c.advertised_mss_bytes = h.advertised_mss_bytes;
  c.snd.start(h.iss);
  if (!h.is_fast_open) c.snd.on_syn_sent();
  on_peer_syn(c, {h.irs, h.agreed, h.window, h.timestamp_recent}, a.ctx.now, h.timestamp_offset,
              h.retransmits > 0);
  a.ctx.counters.count(Mib::kTcpPassiveOpens);
  Work w = work_on(t, a.ctx, index);
  set_state(w, State::kSynReceived);
  push_back<&Connection::accept_link>(t.connections, l.acceptable, index);
  return index;
}

void complete_passive_open(Arrival& a, const HalfOpen& record) {
  const mem::Index index = open_passively(a, record);
  if (index == mem::kNoIndex) {
    a.ctx.drop(DropReason::kTcpConnectionTableFull);
    send_reset(a.ctx, a.network, a.seg);
    return;
  }
  Work w = work_on(a.tables, a.ctx, index);
  // A SYN-ACK that was sent once only is a round trip to measure (RFC 6298 3).
  const bool is_timed = record.retransmits == 0 && !record.is_acked && !record.sent_at.is_never();
  if (is_timed) w.c.syn_probe = {record.sent_at, true};
  input_synchronized(a, w);
  if (!w.is_gone) arm(w);
  raise(a.tables, record.listener.index, Event::kAcceptable);
}

bool take_cookie(Arrival& a, mem::Index listener) {
  const Listener& l = a.tables.listeners.at(listener);
  if (!l.has_sent_cookies || a.ctx.now - l.cookie_sent_at > SynCookies::kLifetime) return false;
  const auto mss = a.tables.cookies.check(a.seg.flow, a.seg.seq - 1, a.seg.ack - 1, a.ctx.now);
  if (!mss) {
    a.ctx.counters.count(Mib::kTcpExtSyncookiesFailed);
    return false;
  }
  a.ctx.counters.count(Mib::kTcpExtSyncookiesRecv);
  const auto route = a.network.route(a.seg.flow.remote.address, a.seg.flow.local.address,
                                     InterfaceId{}, a.ctx.now);
  if (!route) {
    a.ctx.drop(DropReason::kIpNoRoute);
    return true;
  }
  const HalfOpen record = record_from_cookie(a, listener, *route, *mss);
  if (is_accept_queue_full(l)) {
    wait_for_room(a, record);
  } else {
    complete_passive_open(a, record);
  }
  return true;
}

}  // namespace tapstack::transport::tcp
