// RFC 9293 3.10.7.4 for SYN-RECEIVED after a passive OPEN, as far as a HalfOpen record goes; the
// ACK that completes the handshake makes a connection of it.
#include "transport/tcp/half_open_table.h"
#include "transport/tcp/handshake.h"
#include "transport/tcp/input.h"
#include "transport/tcp/lifecycle.h"
#include "transport/tcp/notify.h"
#include "transport/tcp/reset.h"

namespace tapstack::transport::tcp {
namespace {

bool is_in_window(const HalfOpen& h, const Segment& seg, uint32_t window) {
  const SeqNumber nxt = h.irs + 1;
  const bool begins_in = seg.seq.in_window(nxt, window);
  return seg.length() == 0 ? begins_in : begins_in || (seg.end() - 1).in_window(nxt, window);
}

// First step: sequence number and timestamp (RFC 7323 5.3).
bool is_acceptable(const Arrival& a, const HalfOpen& h) {
  const Listener* l = a.tables.listeners.get(h.listener);
  const auto& ts = a.seg.options.timestamps;
  const bool is_old = h.agreed.timestamps && ts && !a.seg.has(flag::kRst) &&
                      static_cast<int32_t>(ts->value - h.timestamp_recent) < 0;
  return l != nullptr && !is_old &&
         is_in_window(h, a.seg, std::min(receive_limit(l->settings), uint32_t{0xffff}));
}

// A connection in SYN-RECEIVED from the record; kNoIndex when there is no room.
mem::Index promote(Arrival& a, const HalfOpen& h, mem::Index listener) {
  Listener& l = a.tables.listeners.at(listener);
  const Binding* bound = a.tables.ports.get(l.binding);
  BindRequest claim = bound->claim;
  claim.local.address = h.flow.local.address;
  const auto binding = a.tables.ports.join(claim);
  if (!binding) return mem::kNoIndex;
  const mem::Index index = create(a.tables, h.flow, h.route, *binding);
  if (index == mem::kNoIndex) {
    a.tables.ports.release(*binding);
    return index;
  }
  Connection& c = a.tables.connections.at(index);
  c.settings = l.settings;
  c.bound = l.interface;
  c.listener = h.listener;
  c.advertised_mss_bytes = h.advertised_mss_bytes;
  c.snd.start(h.iss);
  c.snd.on_syn_sent();
  on_peer_syn(c, {h.irs, h.agreed, h.window, h.timestamp_recent}, a.ctx.now, h.timestamp_offset,
              h.retransmits > 0);
  if (h.retransmits == 0) c.probe = {h.iss + 1, h.sent_at, true};
  return index;
}

void complete_handshake(Arrival& a, mem::Index half_open) {
  const HalfOpen record = a.tables.half_opens.at(half_open);
  const mem::Index listener = record.listener.index;
  if (is_accept_queue_full(a.tables.listeners.at(listener))) {
    a.ctx.counters.count(Mib::kTcpExtListenOverflows);
    a.ctx.drop(DropReason::kTcpAcceptQueueFull);  // the SYN-ACK will go out again, and the ACK come
    return;
  }
  remove_half_open(a.tables, a.ctx, half_open);
  const mem::Index index = promote(a, record, listener);
  if (index == mem::kNoIndex) {
    a.ctx.drop(DropReason::kTcpConnectionTableFull);
    send_reset(a.ctx, a.network, a.seg);
    return;
  }
  a.ctx.counters.count(Mib::kTcpPassiveOpens);
  Work w = work_on(a.tables, a.ctx, index);
  set_state(w, State::kSynReceived);
  push_back<&Connection::accept_link>(a.tables.connections,
                                      a.tables.listeners.at(listener).acceptable, index);
  input_synchronized(a, w);
  if (!w.is_gone) arm(w);
  raise(a.tables, listener, Event::kAcceptable);
}

}  // namespace

void input_half_open(Arrival& a, mem::Index index) {
  HalfOpen& h = a.tables.half_opens.at(index);
  const bool is_same_syn = a.seg.has(flag::kSyn) && !a.seg.has(flag::kAck) && a.seg.seq == h.irs;
  if (is_same_syn) {  // our SYN-ACK was lost
    a.ctx.drop(DropReason::kTcpHalfOpenDuplicateSyn);
    send_syn_ack(a.tables, a.ctx, a.network, h);
    return;
  }
  if (!is_acceptable(a, h)) {
    a.ctx.drop(DropReason::kTcpHalfOpenBadSegment);
    if (!a.seg.has(flag::kRst)) send_syn_ack(a.tables, a.ctx, a.network, h);
    return;
  }
  if (a.seg.has(flag::kRst)) {  // second step; RFC 5961 3.2: exact match only
    if (a.seg.seq != h.irs + 1) {
      a.ctx.drop(DropReason::kTcpResetInexact);
      send_challenge_ack(a.tables, a.ctx, a.network, h);
      return;
    }
    a.ctx.counters.count(Mib::kTcpAttemptFails);
    remove_half_open(a.tables, a.ctx, index);
    return;
  }
  if (a.seg.has(flag::kSyn)) {  // fourth step: back to LISTEN
    a.ctx.drop(DropReason::kTcpSynInWindow);
    a.ctx.counters.count(Mib::kTcpAttemptFails);
    remove_half_open(a.tables, a.ctx, index);
    return;
  }
  if (!a.seg.has(flag::kAck)) {
    a.ctx.drop(DropReason::kTcpHalfOpenBadSegment);
    return;
  }
  if (a.seg.ack != h.iss + 1) {  // fifth step
    a.ctx.drop(DropReason::kTcpHalfOpenBadSegment);
    send_reset(a.ctx, a.network, a.seg);
    return;
  }
  complete_handshake(a, index);
}

}  // namespace tapstack::transport::tcp
