// RFC 9293 3.10.7.4: SYN-RECEIVED and the synchronized states.
#include "transport/tcp/input.h"
#include "transport/tcp/lifecycle.h"
#include "transport/tcp/notify.h"

namespace tapstack::transport::tcp {
namespace {

// RFC 9293 3.4, table 6.
bool is_acceptable(const Segment& seg, const ReceiveVariables& rcv) {
  const uint32_t wnd = rcv.wnd_bytes();
  if (seg.length() == 0) return wnd == 0 ? seg.seq == rcv.nxt : seg.seq.in_window(rcv.nxt, wnd);
  if (wnd == 0) return false;
  return seg.seq.in_window(rcv.nxt, wnd) || (seg.end() - 1).in_window(rcv.nxt, wnd);
}

// RFC 9293 3.5, figure 8, MUST-10: in a simultaneous open the peer's SYN-ACK repeats the SYN that
// we have.
void strip_known_syn(Segment& seg, const Connection& c) {
  const bool is_known = c.state == State::kSynReceived && seg.has(flag::kSyn | flag::kAck) &&
                        seg.seq == c.rcv.vars().irs;
  if (!is_known) return;
  seg.seq = seg.seq + 1;
  seg.flags = seg.flags & ~flag::kSyn;
}

// RFC 7323 5.3 R1 and 3.2.
Step check_timestamp(Arrival& a, Work& w) {
  const Timestamps& ts = w.c.timestamps;
  if (!ts.is_enabled() || a.seg.has(flag::kRst)) return Step::kContinue;
  if (!a.seg.options.timestamps) {
    a.ctx.drop(DropReason::kTcpMissingTimestamp);
    return Step::kDone;
  }
  if (!ts.is_old(a.seg.options.timestamps->value, a.ctx.now)) return Step::kContinue;
  a.ctx.counters.count(Mib::kTcpExtPAWSEstab);
  challenge(a, w, DropReason::kTcpPaws);
  return Step::kDone;
}

// RFC 9293 3.10.7.4, MUST-66: with a window of zero no text is acceptable, but ACK, URG and RST are
// to be heard.
bool is_heard_at_zero_window(const Segment& seg, const ReceiveVariables& rcv) {
  return rcv.wnd_bytes() == 0 && seg.seq == rcv.nxt;
}

// Text that is here already, of a peer that has not been told so yet: a probe of its tail (RFC 8985
// 7.3), say. RFC 9293 3.10.7.4 drops the segment; its ACK field is new all the same, and without it
// we would send again what has arrived. As Linux, which accepts what ends at or after the last ACK
// that it sent (tcp_sequence).
bool is_heard_although_known(const Segment& seg, const Connection& c) {
  return c.state != State::kSynReceived && seg.has(flag::kAck) && !seg.has(flag::kSyn) &&
         seg.end().at_or_after(c.timestamps.last_ack_sent()) && seg.seq.before(c.rcv.vars().nxt);
}

// First, check sequence number.
Step check_sequence(Arrival& a, Work& w) {
  const ReceiveVariables& rcv = w.c.rcv.vars();
  if (is_acceptable(a.seg, rcv)) return Step::kContinue;
  if (is_heard_at_zero_window(a.seg, rcv)) {
    if (a.seg.length() == 0 || a.seg.has(flag::kRst)) return Step::kContinue;
    a.ctx.counters.count(Mib::kTcpExtTCPRcvQDrop);
    w.c.acks.on_immediate();
    mark_output(w);
    return Step::kContinue;  // process_text() has no room for it
  }
  if (a.seg.has(flag::kRst)) {
    a.ctx.drop(DropReason::kTcpResetOutOfWindow);
  } else if (a.seg.text_bytes > 0 || a.seg.has(flag::kFin)) {
    // A retransmission, whose ACK was lost: repeat it. Text is never a loop of ACKs.
    a.ctx.drop(DropReason::kTcpOutOfWindow);
    report_old_text(a, w);
    w.c.acks.on_duplicate();
    mark_output(w);
    if (is_heard_although_known(a.seg, w.c)) check_ack(a, w);
  } else {
    challenge(a, w, DropReason::kTcpOutOfWindow);
  }
  return Step::kDone;
}

// Second, check the RST bit; RFC 5961 3.2. Text that comes with it is thrown away (SHLD-2). The
// program learns of it by an error, of an orderly end by the end of the stream (MUST-12).
Step check_rst(Arrival& a, Work& w) {
  if (!a.seg.has(flag::kRst)) return Step::kContinue;
  if (a.seg.seq != w.c.rcv.vars().nxt) {
    challenge(a, w, DropReason::kTcpResetInexact);
    return Step::kDone;
  }
  switch (w.c.state) {
    case State::kSynReceived:
      a.ctx.counters.count(Mib::kTcpAttemptFails);
      if (is_let_in(w.c)) {
        finish(w, Error::kConnectionReset, Event::kReset);
      } else {
        finish(w, Error::kConnectionRefused, Event::kConnectFailed);
      }
      break;
    case State::kEstablished:
    case State::kFinWait1:
    case State::kFinWait2:
      a.ctx.counters.count(Mib::kTcpEstabResets);
      finish(w, Error::kConnectionReset, Event::kReset);
      break;
    case State::kCloseWait:
      a.ctx.counters.count(Mib::kTcpEstabResets);
      finish(w, Error::kBrokenPipe, Event::kReset);  // as Linux: all of its data is here
      break;
    default:  // CLOSING, LAST-ACK: both sides had closed anyway
      finish(w, Error::kNone, Event::kClosed);
      break;
  }
  return Step::kDone;
}

// Fourth, check the SYN bit; RFC 5961 4.2. (Third, security, is obsolete: RFC 9293 A.1.)
Step check_syn(Arrival& a, Work& w) {
  if (!a.seg.has(flag::kSyn)) return Step::kContinue;
  a.ctx.counters.count(Mib::kTcpExtTCPSYNChallenge);
  challenge(a, w, DropReason::kTcpSynInWindow);
  return Step::kDone;
}

// A client whose SYN let it in has not heard our SYN-ACK.
Step answer_syn_again(Arrival& a, Work& w) {
  const bool is_known = is_let_in(w.c) && a.seg.has(flag::kSyn) && !a.seg.has(flag::kAck) &&
                        a.seg.seq == w.c.rcv.vars().irs;
  if (!is_known) return Step::kContinue;
  a.ctx.drop(DropReason::kTcpHalfOpenDuplicateSyn);
  if (!w.c.challenges.allow(a.ctx.now)) return Step::kDone;
  w.c.wanted.syn = true;
  mark_output(w);
  return Step::kDone;
}

// RFC 3168 6.1.3, of an acceptable segment; the ACK goes out with the text's.
void take_mark(Arrival& a, Work& w) {
  if (a.seg.text_bytes == 0) return;
  if (w.c.ecn.on_text(a.seg.ecn, a.seg.has(flag::kCwr))) w.c.acks.on_immediate();
}

}  // namespace

// RFC 9293 3.10.7.4, MAY-12: a challenge ACK, limited as RFC 5961 7 asks for.
void challenge(Arrival& a, Work& w, DropReason why) {
  a.ctx.drop(why);
  if (!w.c.challenges.allow(a.ctx.now)) {
    a.ctx.drop(DropReason::kTcpChallengeAckRateLimited);
    const bool is_paws = why == DropReason::kTcpPaws;
    a.ctx.counters.count(is_paws ? Mib::kTcpExtTCPACKSkippedPAWS : Mib::kTcpExtTCPACKSkippedSeq);
    return;
  }
  a.ctx.counters.count(Mib::kTcpExtTCPChallengeACK);
  w.c.acks.on_immediate();
  mark_output(w);
}

void input_synchronized(Arrival& a, Work& w) {
  w.c.silence.last_received_at = a.ctx.now;
  w.c.silence.keepalive_probes = 0;
  if (answer_syn_again(a, w) == Step::kDone) return;
  strip_known_syn(a.seg, w.c);
  if (check_timestamp(a, w) == Step::kDone) return;
  if (check_sequence(a, w) == Step::kDone) return;
  if (check_rst(a, w) == Step::kDone) return;
  if (check_syn(a, w) == Step::kDone) return;
  take_mark(a, w);
  if (check_ack(a, w) == Step::kDone) return;
  check_urgent(a, w);
  if (process_text(a, w) == Step::kDone) return;
  check_fin(a, w);
}

}  // namespace tapstack::transport::tcp
