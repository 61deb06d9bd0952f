// RFC 9293 3.10.7.4, sixth to eighth step: urgent pointer, text, FIN.
#include <algorithm>

#include "transport/tcp/input.h"
#include "transport/tcp/lifecycle.h"
#include "transport/tcp/notify.h"
#include "transport/tcp/reset.h"

namespace tapstack::transport::tcp {
namespace {

// An ACK is due: now, or when the delay ends.
void request_ack(Work& w) {
  if (w.c.acks.is_now()) {
    mark_output(w);
  } else {
    w.c.deadlines.set(Deadline::kDelayedAck, w.c.acks.deadline());
  }
}

// RFC 2883 4.1.3: of text that came out of order, what came so before.
void report_overlap(Work& w, const SeqRange& range) {
  const SeqRange held = w.c.out_of_order.overlap(w.tables.held, range);
  if (held.is_empty()) return;
  w.ctx.counters.count(Mib::kTcpExtTCPDSACKOfoSent);
  w.c.dsack.on_duplicate(held);
}

// Text outside of [RCV.NXT, RCV.NXT + RCV.WND) is not ours to keep. SEG.SEQ, text and FIN
// afterwards describe what is left.
void trim_to_window(Arrival& a, const ReceiveVariables& rcv) {
  if (a.seg.seq.before(rcv.nxt)) {
    const uint32_t old = std::min(rcv.nxt.since(a.seg.seq), a.seg.text_bytes);
    a.ctx.memory.trim_front(*a.packet, old);
    a.seg.seq = a.seg.seq + old;
    a.seg.text_bytes -= old;
  }
  const SeqNumber text_end = a.seg.seq + a.seg.text_bytes;
  if (text_end.after(rcv.window_end)) {
    const uint32_t beyond = std::min(text_end.since(rcv.window_end), a.seg.text_bytes);
    a.ctx.memory.trim_back(*a.packet, beyond);
    a.seg.text_bytes -= beyond;
    a.seg.flags = a.seg.flags & ~flag::kFin;
  }
}

// Whether the sockets' share of memory takes the text. Out-of-order text gives way first: it may be
// thrown away although it was reported (RFC 2018 8).
bool has_memory(Work& w, uint32_t bytes) {
  if (w.ctx.memory.may_keep(bytes)) return true;
  if (w.c.out_of_order.is_empty()) return false;
  w.ctx.counters.count(Mib::kTcpExtTCPOFODrop);
  w.c.out_of_order.clear(w.tables.held, w.ctx.memory);
  return w.ctx.memory.may_keep(bytes);
}

// The packet's bytes as a chain of their own.
bool detach_text(Arrival& a, mem::Chain& text) {
  if (!a.ctx.memory.flatten_header(*a.packet, mem::Priority::kControl)) return false;
  text = a.packet->chain;
  a.packet->chain = mem::Chain{};
  return true;
}

void accept_in_order(Arrival& a, Work& w, mem::Chain& text) {
  Connection& c = w.c;
  const uint32_t bytes = text.length;
  report_overlap(w, {a.seg.seq, a.seg.seq + bytes});
  c.rcv.append(w.ctx.memory, text);
  if (!c.out_of_order.is_empty()) {
    c.acks.on_immediate();  // RFC 5681 4.2: it fills a hole
    // All of it before one ACK (RFC 9293 3.10.7.4, MUST-59).
    mem::Chain next = c.out_of_order.take(w.tables.held, a.ctx.memory, c.rcv.vars().nxt);
    if (next.length > 0) c.rcv.append(w.ctx.memory, next);
  }
  c.acks.on_text(bytes, a.ctx.now);
  c.figures.last_text_received_at = a.ctx.now;
  raise(w, Event::kReadable);
}

void accept_out_of_order(Arrival& a, Work& w, mem::Chain& text) {
  a.ctx.counters.count(Mib::kTcpExtTCPOFOQueue);
  ++w.c.figures.out_of_order_in;
  report_overlap(w, {a.seg.seq, a.seg.seq + a.seg.text_bytes});
  if (!w.c.out_of_order.insert(w.tables.held, a.ctx.memory, a.seg.seq, text)) {
    a.ctx.drop(DropReason::kTcpReassemblyFull);
  }
  w.c.acks.on_immediate();  // RFC 5681 4.2, MAY-13: a duplicate ACK at once
}

void tune(Arrival& a, Connection& c) {
  if (!c.timestamps.is_enabled() || !a.seg.options.timestamps) return;
  const auto rtt = c.timestamps.round_trip(a.seg.options.timestamps->echo_reply, a.ctx.now);
  if (rtt) c.tuning.on_round_trip(*rtt);
}

}  // namespace

void report_old_text(const Arrival& a, Work& w) {
  const SeqRange range{a.seg.seq, earlier(a.seg.seq + a.seg.text_bytes, w.c.rcv.vars().nxt)};
  if (!range.end.after(range.begin)) return;
  w.ctx.counters.count(Mib::kTcpExtTCPDSACKOldSent);
  w.c.dsack.on_duplicate(range);
}

void check_urgent(Arrival& a, Work& w) {
  if (!a.seg.has(flag::kUrg) || !can_receive_text(w.c.state)) return;
  // RFC 9293 3.8.5: MUST-30; the program is told as soon as the pointer is new (MUST-32). RFC 6093
  // 3.1, MUST-62: the pointer gives the octet after the urgent one.
  const SeqNumber up = a.seg.seq + std::max<uint16_t>(a.seg.urgent, 1);
  if (w.c.rcv.on_urgent(up)) raise(w, Event::kUrgent);
}

Step process_text(Arrival& a, Work& w) {
  Connection& c = w.c;
  if (a.seg.text_bytes == 0) return Step::kContinue;
  if (!can_receive_text(c.state)) {
    a.ctx.drop(DropReason::kTcpDataAfterFin);
    return Step::kDone;
  }
  const ReceiveVariables& rcv = c.rcv.vars();
  if (c.is_orphan && (a.seg.seq + a.seg.text_bytes).after(rcv.nxt)) {
    // RFC 9293 3.6.1 (SHLD-3): text that nobody will read is answered with a RST.
    a.ctx.counters.count(Mib::kTcpExtTCPAbortOnData);
    a.ctx.drop(DropReason::kTcpDataAfterClose);
    // As of a connection that is no more: the peer's own ACK makes the sequence number exact, which
    // RFC 5961 3.2 asks for.
    send_reset(a.ctx, a.network, a.seg);
    finish(w, Error::kNone, Event::kClosed);
    return Step::kDone;
  }
  report_old_text(a, w);
  trim_to_window(a, rcv);
  if (a.seg.text_bytes == 0) {
    a.ctx.drop(DropReason::kTcpDuplicateData);
    c.acks.on_duplicate();
    mark_output(w);
    return Step::kContinue;
  }
  mem::Chain text;
  if (!has_memory(w, a.seg.text_bytes) || !detach_text(a, text)) {
    a.ctx.drop(DropReason::kTcpReceiveQueueFull);
    a.ctx.counters.count(Mib::kTcpExtTCPRcvQDrop);
    c.acks.on_immediate();
    mark_output(w);
    return Step::kDone;
  }
  tune(a, c);
  if (a.seg.seq == rcv.nxt) {
    accept_in_order(a, w, text);
  } else {
    accept_out_of_order(a, w, text);
  }
  request_ack(w);
  return Step::kContinue;
}

void check_fin(Arrival& a, Work& w) {
  Connection& c = w.c;
  if (c.rcv.vars().fin_received) return;
  if (a.seg.has(flag::kFin)) {
    c.fin_at = a.seg.end() - 1;
    c.has_fin_at = true;
  }
  if (!c.has_fin_at) return;
  c.acks.on_immediate();
  mark_output(w);
  if (c.fin_at != c.rcv.vars().nxt) return;  // text before it is missing
  c.rcv.on_fin();
  switch (c.state) {
    case State::kSynReceived:
    case State::kEstablished:
      set_state(w, State::kCloseWait);
      break;
    case State::kFinWait1:  // our FIN is not acknowledged, or the fifth step had moved on
      set_state(w, State::kClosing);
      break;
    default:
      break;
  }
  raise(w, Event::kPeerClosed);
  raise(w, Event::kReadable);
  if (c.state == State::kFinWait2) enter_time_wait(w, a.network);
}

}  // namespace tapstack::transport::tcp
