#include "transport/tcp/output.h"

#include <algorithm>

#include "transport/tcp/burst.h"
#include "transport/tcp/fast_open_connect.h"
#include "transport/tcp/handshake.h"
#include "transport/tcp/lifecycle.h"
#include "transport/tcp/loss_detection.h"
#include "transport/tcp/notify.h"
#include "transport/tcp/output_plan.h"
#include "transport/tcp/path.h"
#include "transport/tcp/retransmit_timers.h"
#include "transport/tcp/segment.h"
#include "transport/tcp/segment_builder.h"

namespace tapstack::transport::tcp {
namespace {

// RFC 9293 3.8.6.2.1 asks for an override time-out of 0.1 to 1 s, 3.9.1.2 for an end of every wait
// (MUST-60); Linux's TCP_CORK waits 200 ms.
constexpr Duration kHeldBackMax = Duration::ms(200);

// RFC 2018 4, behind what arrived twice (RFC 2883 4 (1)).
void add_sack_blocks(const Work& w, Outgoing& out) {
  const Connection& c = w.c;
  const auto add = [&out](const SeqRange& block) {
    return out.options.add_sack_block({block.begin.value(), block.end.value()});
  };
  if (c.dsack.is_due()) add(c.dsack.range());
  if (c.out_of_order.is_empty()) return;
  std::array<SeqRange, wire::TcpOptions::kSackBlocksMax> blocks;
  const size_t n = c.out_of_order.report(w.tables.held, blocks);
  for (size_t i = 0; i < n && add(blocks[i]); ++i) {
  }
}

// What every segment of a synchronized connection carries.
Outgoing begin_segment(Work& w, wire::TcpFlags flags) {
  Connection& c = w.c;
  Outgoing out;
  out.flow = c.flow;
  out.seq = c.snd.vars().nxt;
  out.ack = c.rcv.vars().nxt;
  out.flags = flags;
  if (c.ecn.must_echo() && !flags.rst()) out.flags |= flag::kEce;
  if (c.timestamps.is_enabled()) {
    out.options.timestamps =
        wire::TcpTimestamps{c.timestamps.value(w.ctx.now), c.timestamps.recent()};
  }
  if (c.agreed.sack) add_sack_blocks(w, out);
  return out;
}

OutputLimits limits_of(const Connection& c, const Outgoing& out, uint16_t mss_bytes) {
  OutputLimits l;
  l.segment_bytes_max = mss_bytes - static_cast<uint32_t>(out.options.size_bytes());
  l.burst_bytes_max = l.segment_bytes_max;
  const bool is_urgent = c.snd.vars().has_urgent;  // a superframe has one urgent pointer for all
  if (c.route.can_segment && !is_urgent) {
    const uint32_t whole = kBurstTextBytesMax - kBurstTextBytesMax % l.segment_bytes_max;
    l.burst_bytes_max =
        burst_bytes({l.segment_bytes_max, c.congestion.cwnd_bytes(), c.settings.burst_segments_min,
                     c.congestion.is_slow_start(), c.rtt.srtt(), c.rtt.min_rtt()},
                    std::max(l.segment_bytes_max, whole));
  }
  if (c.congestion.pacing_bytes_per_s() != 0) {
    const uint32_t quantum = c.congestion.send_quantum_bytes();
    l.burst_bytes_max = std::max(
        l.segment_bytes_max, std::min(l.burst_bytes_max, quantum - quantum % l.segment_bytes_max));
  }
  return l;
}

// An ACK goes out with whatever segment this is.
void take_ack_along(Work& w, Outgoing& out) {
  Connection& c = w.c;
  const bool was_closed = c.rcv.is_closed();
  out.wnd = c.rcv.advertise(c.acks.segment_bytes());
  if (c.rcv.is_closed() && !was_closed) w.ctx.counters.count(Mib::kTcpExtTCPToZeroWindowAdv);
  if (was_closed && !c.rcv.is_closed()) w.ctx.counters.count(Mib::kTcpExtTCPFromZeroWindowAdv);
  c.timestamps.on_ack_sent(out.ack);
  c.acks.on_ack_sent();
  c.dsack.on_reported();
  c.deadlines.clear(Deadline::kDelayedAck);
}

void send(Work& w, net::Network& network, Outgoing& out) {
  const uint32_t segments = segments_of(out);
  w.c.figures.segments_out += segments;
  if (out.text.length > 0) w.c.figures.text_segments_out += segments;
  const IpSettings ip = ip_settings(w.c.settings, w.c.route);
  const Status sent = transmit(w.ctx, network, out, w.c.route, ip);
  // A segment that did not get out is lost, like others; but a changed path can be known at once.
  if (!sent && sent.error() == Error::kMessageTooLong) {
    refresh_route(w.c, network, w.ctx.now);
  }
}

bool send_reset_for(Work& w, net::Network& network) {
  Outgoing out = begin_segment(w, flag::kRst | flag::kAck);
  w.c.wanted.reset = false;
  w.ctx.counters.count(Mib::kTcpOutRsts);
  send(w, network, out);
  if (w.c.is_orphan) {
    release(w);
  } else {
    unmark_output(w);
  }
  return true;
}

// <SEQ=ISS><CTL=SYN>, or with ACK in SYN-RECEIVED.
bool send_syn(Work& w, net::Network& network) {
  Connection& c = w.c;
  const bool is_first = c.snd.vars().nxt == c.snd.vars().iss;
  Outgoing out;
  out.flow = c.flow;
  out.seq = c.snd.vars().iss;
  out.wnd = static_cast<uint16_t>(std::min(receive_limit(c.settings), uint32_t{0xffff}));
  const uint32_t offset = w.tables.isn.timestamp_offset(c.flow);
  wire::TcpTimestamps ts{timestamp_value(w.ctx.now, offset), 0};
  if (c.state == State::kSynSent) {
    out.flags = flag::kSyn;
    if (is_first && w.tables.ecn == EcnMode::kAsk) {
      out.flags |= kEcnSetupSyn;
      c.ecn.on_asked();
    }
    out.options = syn_options(c.advertised_mss_bytes, offer_of(c.settings), ts);
    if (is_first && c.fast_open.is_wanted) attach_fast_open(w, out);
  } else {
    ts.echo_reply = c.timestamps.recent();
    out.ack = c.rcv.vars().nxt;
    out.wnd = c.rcv.advertise_in_syn();
    c.acks.on_ack_sent();  // of the text that came with the SYN, too
    c.deadlines.clear(Deadline::kDelayedAck);
    out.flags = flag::kSyn | flag::kAck;
    if (c.agreed.ecn) out.flags |= flag::kEce;
    out.options = syn_ack_options(c.advertised_mss_bytes, c.agreed, ts);
  }
  c.wanted.syn = false;
  c.syn_probe = {w.ctx.now, is_first};
  if (is_first) c.silence.stalled_since = w.ctx.now;
  c.snd.on_syn_sent();
  set_retransmit_timer(w, w.ctx.now);
  send(w, network, out);
  return true;
}

void set_urgent(const Connection& c, Outgoing& out) {
  const SendVariables& v = c.snd.vars();
  if (!v.has_urgent || !v.up.after(out.seq)) return;
  out.flags |= flag::kUrg;
  out.urgent = static_cast<uint16_t>(std::min(v.up.since(out.seq), uint32_t{0xffff}));
}

// Puts the plan's text into `out`. False: no memory now.
bool attach_text(Work& w, const OutputPlan& plan, Outgoing& out) {
  Connection& c = w.c;
  if (plan.fin) out.flags |= flag::kFin;
  if (plan.kind == OutputPlan::Kind::kNew) {
    out.seq = c.snd.vars().nxt;
    return c.snd.take_new(w.ctx.memory, plan.bytes, plan.fin, out.text);
  }
  out.seq = plan.range.begin;
  return plan.range.is_empty() || c.snd.share_sent(w.ctx.memory, plan.range, out.text);
}

// RFC 3168 6.1.4 to 6.1.6: text that goes for the first time, no window probe.
void mark_ecn_capable(Connection& c, Outgoing& out) {
  if (!c.ecn.is_on() || out.text.length == 0 || c.snd.vars().wnd_bytes == 0) return;
  out.is_ecn_capable = true;
  if (c.ecn.take_cwr()) out.flags |= flag::kCwr;
}

// RFC 9293 3.9.1.2, MUST-61: on the last octet that is queued, also when it goes again; one PSH for
// several writes (SHLD-27). But a SEND with MSG_MORE is one without PUSH, unless it waited too
// long. A record (MSG_EOR) is pushed as a whole.
bool must_push(Work& w, const Outgoing& out, const OutputPlan& plan) {
  const Connection& c = w.c;
  const SeqNumber end = out.seq + (out.text.length + (plan.fin ? 1 : 0));
  const auto record_end = c.marks.record_end_after(w.tables.marks, out.seq);
  if (record_end && *record_end == end) return true;
  const bool is_last = c.snd.unsent_bytes() == 0 && end == c.snd.vars().nxt;
  return is_last && out.text.length > 0 && (c.last_pushes || c.wanted.probe);
}

// New text up to SND.NXT goes out.
bool is_push_point(Connection& c) {
  const bool is_point = c.send_buffers.take_push(c.snd.vars().nxt);
  if (c.snd.unsent_bytes() == 0) c.send_buffers.on_all_sent();
  return is_point;
}

void remember(Work& w, const Outgoing& out, const OutputPlan& plan, uint32_t segment_max) {
  Connection& c = w.c;
  const uint32_t fin = plan.fin ? 1 : 0;
  Transmission t;
  t.at = w.ctx.now;
  t.segment_bytes = static_cast<uint16_t>(segment_max);
  t.range = {out.seq, out.seq + out.text.length + fin};
  t.snapshot = c.rate.on_send(w.ctx.now, pipe_bytes(c), t.range.length());
  if (plan.kind == OutputPlan::Kind::kNew) {
    c.sent.on_sent(w.tables.sent, t);
  } else {
    c.sent.on_resent(w.tables.sent, t);
  }
}

void account_new(Work& w, const Outgoing& out, const OutputPlan& plan, uint32_t segment_max) {
  Connection& c = w.c;
  const SeqNumber end = out.seq + plan.bytes;
  // Not what Nagle's algorithm is about: what a closed window or the SYN had room for.
  const bool is_window_probe = c.snd.vars().wnd_bytes == 0;
  const bool was_in_syn = end.at_or_before(c.snd.vars().iss + 1 + c.fast_open.syn_text_bytes);
  if (plan.bytes % segment_max != 0 && !is_window_probe && !was_in_syn) c.small_end = end;
  if (c.sent.records() == 1) c.silence.stalled_since = w.ctx.now;
  c.figures.last_text_sent_at = w.ctx.now;
  c.acks.on_text_sent(w.ctx.now);
  w.ctx.counters.count(Mib::kTcpExtTCPOrigDataSent, segments_of(out));
  if (c.marks.on_sent(w.tables.marks, {out.seq, end}, w.ctx.now)) raise(w, Event::kSendReport);
}

void account_again(Work& w, const Outgoing& out, const OutputPlan& plan) {
  Connection& c = w.c;
  const uint32_t segments = segments_of(out);
  c.undo.on_resent(segments, c.timestamps.value(w.ctx.now));
  if (c.black_hole.on_resent(plan.range, w.ctx.now)) w.ctx.counters.count(Mib::kTcpExtTCPMTUPFail);
  // RFC 6298 5: the first segment has its full time again.
  if (plan.range.begin == c.snd.vars().una) c.deadlines.clear(Deadline::kRetransmit);
  c.figures.retransmits += segments;
  c.figures.retransmitted_bytes += plan.range.length();
  w.ctx.counters.count(Mib::kTcpRetransSegs, segments);
  const RecoveryPhase phase = c.recovery.phase();
  if (phase == RecoveryPhase::kFast) {
    w.ctx.counters.count(Mib::kTcpExtTCPFastRetrans, segments);
  } else if (phase == RecoveryPhase::kLoss && !c.wanted.first_lost) {
    w.ctx.counters.count(Mib::kTcpExtTCPSlowStartRetrans, segments);
  }
  c.wanted.first_lost = false;
}

// RFC 8985 7.3: after the probe the time-out counts anew.
void account_probe(Work& w, const OutputPlan& plan) {
  Connection& c = w.c;
  const bool is_again = plan.kind == OutputPlan::Kind::kRetransmit;
  c.wanted.loss_probe = false;
  c.probe_of_tail.on_probe_sent(c.snd.vars().nxt, is_again);
  c.deadlines.clear(Deadline::kRetransmit);
  w.ctx.counters.count(Mib::kTcpExtTCPLossProbes);
}

// RFC 6298 5.1: the timer runs while something is outstanding. In a closed window it is the persist
// timer that does (RFC 9293 3.8.6.1).
void start_timers(Work& w, const OutputPlan& plan) {
  Connection& c = w.c;
  if (c.snd.vars().wnd_bytes == 0) return;
  if (!c.deadlines.is_set(Deadline::kRetransmit)) {
    set_retransmit_timer(w, w.ctx.now);
  }
  if (plan.kind == OutputPlan::Kind::kNew && is_synchronized(c.state)) start_probe_timer(w);
}

// At a paced rate text waits for its turn, unless it must find something out.
bool must_wait_for_pace(Work& w, const OutputPlan& plan) {
  Connection& c = w.c;
  if (c.congestion.pacing_bytes_per_s() == 0 || c.pacer.may_send(w.ctx.now)) return false;
  const bool is_repair = plan.kind == OutputPlan::Kind::kRetransmit && c.wanted.first_lost;
  if (plan.is_loss_probe || is_repair) return false;
  c.pacer.on_held_back();
  c.deadlines.set(Deadline::kPacing, c.pacer.next_send_at());
  return true;
}

// RFC 5681 4.1: after idleness the window starts anew.
void note_idle(Work& w) {
  Connection& c = w.c;
  if (!c.snd.vars().is_all_acked() || c.snd.vars().sent_bytes == 0 || !has_unsent(c)) return;
  if (!c.settings.restart_after_idle) return;
  c.congestion.on_restart(w.ctx.now, c.figures.last_text_sent_at, c.rtt.rto());
}

// RFC 4821 7.3 and 7.4: where a larger segment is to be tried, that is the plan, alone, with enough
// to follow that its loss is seen soon; or to wait until cwnd has room for it. Returns its size, 0
// where `plan` stays.
uint16_t plan_size_probe(const Work& w, const Outgoing& out, OutputPlan& plan,
                         OutputLimits& limits) {
  const Connection& c = w.c;
  const uint16_t mss_bytes = size_to_probe(c, w.ctx.now);
  const bool may_be = plan.kind == OutputPlan::Kind::kNew && !plan.is_loss_probe;
  if (mss_bytes == 0 || !may_be || !c.recovery.is_open()) return 0;
  OutputLimits larger = limits_of(c, out, mss_bytes);
  larger.burst_bytes_max = larger.segment_bytes_max;
  const uint32_t bytes = larger.segment_bytes_max + kDupThresh * limits.segment_bytes_max;
  const SendVariables& v = c.snd.vars();
  if (c.snd.unsent_bytes() < bytes || v.window_end().before(v.nxt + bytes)) return 0;
  const OutputPlan probe = plan_output(c, {w.tables.sent, w.tables.marks}, larger);
  const bool is_whole = probe.bytes == larger.segment_bytes_max;
  const bool waits = probe.kind == OutputPlan::Kind::kNothing && !c.sent.is_empty();
  if (!is_whole && !waits) return 0;
  plan = probe;
  limits = larger;
  return mss_bytes;
}

bool send_text(Work& w, net::Network& network) {
  Connection& c = w.c;
  if (!can_transmit_text(c.state) && !is_let_in(c)) return false;
  note_idle(w);
  Outgoing out = begin_segment(w, flag::kAck);
  OutputLimits limits = limits_of(c, out, c.send_mss_bytes);
  OutputPlan plan = plan_output(c, {w.tables.sent, w.tables.marks}, limits);
  const uint16_t probe_mss_bytes = plan_size_probe(w, out, plan, limits);
  c.was_cwnd_limited = plan.is_cwnd_limited;
  if (plan.kind == OutputPlan::Kind::kNothing || must_wait_for_pace(w, plan)) return false;
  if (!c.sent.has_room(w.tables.sent) || !attach_text(w, plan, out)) {
    w.ctx.drop(DropReason::kTcpOutputNoMemory);
    c.deadlines.set(Deadline::kPersist, w.ctx.now + kHeldBackMax);
    return false;
  }
  const uint32_t bytes = out.text.length;
  remember(w, out, plan, limits.segment_bytes_max);
  set_urgent(c, out);
  if (must_push(w, out, plan)) out.flags |= flag::kPsh;
  if (plan.kind == OutputPlan::Kind::kNew && is_push_point(c)) out.flags |= flag::kPsh;
  if (bytes > limits.segment_bytes_max) {
    out.segment_bytes = static_cast<uint16_t>(limits.segment_bytes_max);
    out.flags |= flag::kPsh;  // the device leaves it on the last one: there the burst ends
  }
  c.wanted.probe = false;
  if (plan.kind == OutputPlan::Kind::kNew) {
    mark_ecn_capable(c, out);
    account_new(w, out, plan, limits.segment_bytes_max);
  } else {
    account_again(w, out, plan);
  }
  if (plan.is_loss_probe) account_probe(w, plan);
  if (probe_mss_bytes != 0) c.black_hole.on_probe_sent({out.seq, out.seq + bytes}, probe_mss_bytes);
  c.prr.on_sent(bytes);
  c.pacer.on_sent(w.ctx.now, bytes, c.congestion.pacing_bytes_per_s());
  if (c.snd.vars().wnd_bytes > 0) c.deadlines.clear(Deadline::kPersist);
  take_ack_along(w, out);
  start_timers(w, plan);
  send(w, network, out);
  return true;
}

bool send_ack(Work& w, net::Network& network) {
  Connection& c = w.c;
  const bool may_ack = is_synchronized(c.state) || c.state == State::kSynReceived;
  if (!may_ack || !(c.acks.is_now() || c.wanted.keepalive)) return false;
  Outgoing out = begin_segment(w, flag::kAck);
  // RFC 9293 3.8.4, SHLD-12: a keep-alive repeats an old sequence number, so that it must be
  // answered.
  if (c.wanted.keepalive) out.seq = c.snd.vars().una - 1;
  c.wanted.keepalive = false;
  take_ack_along(w, out);
  send(w, network, out);
  return true;
}

// What holds up the sender when output has done all that it may. Where both windows are full it is
// not the peer's, as in Linux's figures.
SendPhase phase_of(const Connection& c) {
  const SendVariables& v = c.snd.vars();
  if (v.is_all_acked() && !has_unsent(c)) return SendPhase::kIdle;
  if (!has_unsent(c)) return c.send_blocked ? SendPhase::kBufferLimited : SendPhase::kBusy;
  const uint32_t window = v.window_end().after(v.nxt) ? v.window_end().since(v.nxt) : 0;
  const bool is_held_up = window < std::min(c.snd.unsent_bytes(), text_mss(c));
  const bool has_cwnd_room = !c.was_cwnd_limited && pipe_bytes(c) < c.congestion.cwnd_bytes();
  return is_held_up && has_cwnd_room ? SendPhase::kWindowLimited : SendPhase::kBusy;
}

void note_output_end(Work& w) {
  Connection& c = w.c;
  const SendVariables& v = c.snd.vars();
  OutputSample o;
  o.now = w.ctx.now;
  o.una = v.una;
  o.nxt = v.nxt;
  o.pipe_bytes = pipe_bytes(c);
  o.is_cwnd_limited = c.was_cwnd_limited;
  o.is_open = c.recovery.is_open();
  o.rto = c.rtt.rto_without_backoff();
  c.congestion.on_output_end(o);
  c.prr.on_output_end();
  c.send_clock.enter(phase_of(c), w.ctx.now);
  if (!has_unsent(c) && !o.is_cwnd_limited) c.rate.on_app_limited(o.pipe_bytes);
}

// Nothing may go out now. What could unblock it without the peer's doing is a timer.
void wait(Work& w) {
  Connection& c = w.c;
  c.wanted.first_lost = c.wanted.loss_probe = c.wanted.push = false;
  unmark_output(w);
  if (!can_transmit_text(c.state)) return;
  note_output_end(w);
  const SendVariables& v = c.snd.vars();
  const bool is_closed_window = v.wnd_bytes == 0 && (has_unsent(c) || !v.is_all_acked());
  const bool is_held_back = v.is_all_acked() && has_unsent(c);
  if (is_closed_window) {
    c.deadlines.clear(Deadline::kRetransmit);
    if (c.deadlines.is_set(Deadline::kPersist)) return;
    // RFC 9293 3.8.6.1: first after one RTO (SHLD-29), then at doubling intervals (SHLD-30).
    const Duration interval = c.rtt.rto_without_backoff() * (1LL << c.silence.persist_backoff);
    c.deadlines.set(Deadline::kPersist,
                    w.ctx.now + std::min(interval, Duration::ms(kConfig.tcp_rto_max_ms)));
  } else if (is_held_back) {
    if (!c.deadlines.is_set(Deadline::kPersist)) {
      c.deadlines.set(Deadline::kPersist, w.ctx.now + kHeldBackMax);
    }
  } else {
    c.deadlines.clear(Deadline::kPersist);
  }
}

}  // namespace

bool output_connection(Work& w, net::Network& network) {
  if (w.c.wanted.reset) return send_reset_for(w, network);
  const bool sent =
      (w.c.wanted.syn && send_syn(w, network)) || send_text(w, network) || send_ack(w, network);
  if (!sent) wait(w);
  if (is_synchronized(w.c.state)) tell_of_room(w);  // TCP_NOTSENT_LOWAT: less is unsent now
  arm(w);
  return sent;
}

}  // namespace tapstack::transport::tcp
