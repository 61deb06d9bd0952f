// RFC 9293 3.10.7.3: SYN-SENT.
#include "transport/tcp/fast_open_connect.h"
#include "transport/tcp/handshake.h"
#include "transport/tcp/input.h"
#include "transport/tcp/lifecycle.h"
#include "transport/tcp/notify.h"
#include "transport/tcp/reset.h"
#include "transport/tcp/timestamps.h"

namespace tapstack::transport::tcp {
namespace {

// RFC 3168 6.1.1, by the SYN-ACK or, in a simultaneous open, by the SYN.
bool agrees_on_ecn(const Arrival& a, const Connection& c) {
  if (a.seg.has(flag::kAck)) return c.ecn.has_asked() && is_ecn_setup_syn_ack(a.seg.flags);
  return a.tables.ecn != EcnMode::kOff && is_ecn_setup_syn(a.seg.flags);
}

// Our SYN carried a timestamp: its echo is the round trip even if the SYN was repeated.
void take_syn(Arrival& a, Connection& c) {
  PeerSyn syn;
  syn.seq = a.seg.seq;
  syn.agreed = negotiate(a.seg.options, offer_of(c.settings), c.flow.remote.address.family());
  syn.agreed.ecn = agrees_on_ecn(a, c);
  syn.wnd = a.seg.wnd;
  if (a.seg.options.timestamps) syn.timestamp = a.seg.options.timestamps->value;
  on_peer_syn(c, syn, a.ctx.now, a.tables.isn.timestamp_offset(c.flow), c.silence.retransmits > 0);
}

void measure(Arrival& a, Connection& c) {
  if (c.syn_probe.is_running) {
    c.rtt.on_sample({a.ctx.now - c.syn_probe.sent_at}, c.snd.vars().una, c.snd.vars().nxt);
    c.syn_probe.is_running = false;
  } else if (c.timestamps.is_enabled()) {
    const auto rtt = c.timestamps.round_trip(a.seg.options.timestamps->echo_reply, a.ctx.now);
    if (rtt) c.rtt.on_sample({*rtt, false}, c.snd.vars().una, c.snd.vars().nxt);
  }
}

// The SYN-ACK echoes a timestamp that none of our SYNs had: it belongs to another connection or is
// forged, whatever its acknowledgment number. It is refused as that would be, as by Linux; RFC 7323
// 4.2 speaks of later segments only. No echo at all is nothing to hold against it.
bool echoes_another(const Arrival& a, const Connection& c) {
  const auto& ts = a.seg.options.timestamps;
  if (!c.settings.timestamps || !ts || ts->echo_reply == 0) return false;
  const uint32_t offset = a.tables.isn.timestamp_offset(c.flow);
  const uint32_t first = timestamp_value(c.silence.stalled_since, offset);
  return ts->echo_reply - first > timestamp_value(a.ctx.now, offset) - first;
}

// At once, unless the program will speak first anyway: tcp(7), TCP_QUICKACK and TCP_DEFER_ACCEPT.
void acknowledge_syn(Arrival& a, Work& w) {
  Connection& c = w.c;
  if (c.settings.quick_ack && c.settings.defer_accept_timeouts == 0) {
    c.acks.on_immediate();
  } else {
    c.acks.delay_handshake(a.ctx.now);
    c.deadlines.set(Deadline::kDelayedAck, c.acks.deadline());
  }
  mark_output(w);
}

}  // namespace

void input_syn_sent(Arrival& a, Work& w) {
  Connection& c = w.c;
  const SendVariables& snd = c.snd.vars();
  // First, check the ACK bit.
  const bool has_ack = a.seg.has(flag::kAck);
  const bool is_ack_acceptable = has_ack && a.seg.ack.after(snd.iss) &&
                                 a.seg.ack.at_or_before(snd.nxt + c.fast_open.syn_text_bytes);
  const bool is_forged = is_ack_acceptable && a.seg.has(flag::kSyn) && echoes_another(a, c);
  if (is_forged || (has_ack && !is_ack_acceptable)) {
    a.ctx.drop(DropReason::kTcpSynSentBadAck);
    send_reset(a.ctx, a.network, a.seg);
    return;
  }
  // Second, check the RST bit.
  if (a.seg.has(flag::kRst)) {
    if (!has_ack) {
      a.ctx.drop(DropReason::kTcpSynSentBadReset);
      return;
    }
    a.ctx.counters.count(Mib::kTcpAttemptFails);
    finish(w, Error::kConnectionRefused, Event::kConnectFailed);
    return;
  }
  // Fourth, check the SYN bit. Fifth: without SYN and RST there is nothing to do.
  if (!a.seg.has(flag::kSyn)) {
    a.ctx.drop(DropReason::kTcpSynSentNoSyn);
    return;
  }
  take_syn(a, c);
  if (!is_ack_acceptable) {  // simultaneous open: RFC 9293 3.5, figure 8, MUST-10
    set_state(w, State::kSynReceived);
    c.wanted.syn = true;
    mark_output(w);
    return;
  }
  measure(a, c);
  c.snd.on_ack(a.ctx.memory, snd.iss + 1);
  if (c.fast_open.is_wanted) {
    on_fast_open_answer(w, a.seg.ack.since(snd.iss + 1), a.seg.options.fast_open);
  }
  c.snd.start_window(a.seg.seq, a.seg.ack, a.seg.wnd);
  become_established(w);
  acknowledge_syn(a, w);
  // Text on the SYN-ACK: on to the sixth step.
  a.seg.seq = a.seg.seq + 1;
  a.seg.flags = a.seg.flags & ~flag::kSyn;
  check_urgent(a, w);
  if (process_text(a, w) == Step::kContinue) check_fin(a, w);
}

}  // namespace tapstack::transport::tcp
