// RFC 9293 3.10.7.4, fifth step: the ACK field.
#include <algorithm>

#include "transport/tcp/fin_wait_2.h"
#include "transport/tcp/input.h"
#include "transport/tcp/lifecycle.h"
#include "transport/tcp/loss_detection.h"
#include "transport/tcp/notify.h"
#include "transport/tcp/recovery_events.h"
#include "transport/tcp/reset.h"

namespace tapstack::transport::tcp {
namespace {

uint32_t scaled_window(const Arrival& a, const Connection& c) {
  return uint32_t{a.seg.wnd} << c.agreed.send_shift;
}

// RFC 2883 4: the first block repeats what the cumulative ACK or the second block covers.
std::optional<SeqRange> repeated_block(std::span<const SeqRange> blocks, SeqNumber ack,
                                       const SendVariables& v) {
  if (blocks.empty()) return std::nullopt;
  const SeqRange& first = blocks[0];
  const bool is_believable = first.begin.before(first.end) && first.end.at_or_before(v.nxt) &&
                             first.begin.at_or_after(ack - v.max_wnd_bytes);
  if (!is_believable) return std::nullopt;
  const bool is_old = first.begin.before(ack);
  const bool is_inside = blocks.size() > 1 && blocks[1].covers(first);
  return is_old || is_inside ? std::optional(first) : std::nullopt;
}

// RFC 2018 5. Blocks that are not within (SEG.ACK, SND.NXT] are old, or invented.
void take_sack(Arrival& a, Work& w, AckFacts& facts) {
  Connection& c = w.c;
  if (!c.agreed.sack || a.seg.options.sack_block_count == 0) return;
  std::array<SeqRange, wire::TcpOptions::kSackBlocksMax> blocks;
  size_t n = 0;
  for (const wire::TcpSackBlock& b : a.seg.options.sack()) {
    blocks[n++] = {SeqNumber(b.left_edge), SeqNumber(b.right_edge)};
  }
  const SendVariables& v = c.snd.vars();
  facts.repeated = repeated_block({blocks.data(), n}, a.seg.ack, v);
  for (const SeqRange& b : std::span(blocks.data(), n)) {
    const bool is_plausible = b.begin.before(b.end) && b.begin.after(later(v.una, a.seg.ack)) &&
                              b.end.at_or_before(v.nxt);
    if (is_plausible) c.sent.on_sacked(w.tables.sent, b, c.recovery.point(), facts.delivered);
  }
}

// RFC 1122 2.3.2.1 (4): what we send arrives, so the next hop is there. Told now and then, long
// before the neighbour cache would ask.
constexpr Duration kConfirmInterval = Duration::ms(kConfig.neighbour_delay_probe_ms / 5);

void confirm_next_hop(Arrival& a, Connection& c) {
  if (c.route.is_local || a.ctx.now - c.silence.next_hop_confirmed_at < kConfirmInterval) return;
  c.silence.next_hop_confirmed_at = a.ctx.now;
  a.network.confirm_reachable(a.ctx, c.route);
}

// SND.UNA moves.
Acknowledged on_progress(Arrival& a, Work& w, AckFacts& facts) {
  Connection& c = w.c;
  const Acknowledged got = c.snd.on_ack(a.ctx.memory, a.seg.ack);
  c.sent.on_acked(w.tables.sent, a.seg.ack, c.recovery.point(), facts.delivered);
  if (c.marks.on_acked(w.tables.marks, a.seg.ack, a.ctx.now)) raise(w, Event::kSendReport);
  facts.has_moved = true;
  c.rtt.on_progress();
  c.silence.retransmits = 0;
  c.silence.stalled_since = a.ctx.now;
  confirm_next_hop(a, c);
  c.soft_error = Error::kNone;
  if (!c.last_pushes) c.more = false;  // MSG_MORE, as Linux has it, waits for no longer
  return got;
}

// The window opened: the octets that probed it were refused, so they go again, at once.
void on_window_opened(Work& w) {
  w.c.silence.persist_backoff = 0;
  w.c.deadlines.clear(Deadline::kPersist);
  resend_everything(w.c, w.tables.sent);
}

// Our FIN was acknowledged.
Step on_fin_acked(Arrival& a, Work& w) {
  switch (w.c.state) {
    case State::kFinWait1:
      set_state(w, State::kFinWait2);
      if (!w.c.is_orphan) return Step::kContinue;
      if (must_not_linger(w.c)) {
        a.ctx.counters.count(Mib::kTcpExtTCPAbortOnLinger);
        finish_with_reset(w, Error::kNone, Event::kClosed);
        return Step::kDone;
      }
      w.c.deadlines.set(Deadline::kFinWait2, a.ctx.now + fin_wait_2_time(w.c));
      return Step::kContinue;
    case State::kClosing:
      enter_time_wait(w, a.network);
      return Step::kDone;
    case State::kLastAck:
      finish(w, Error::kNone, Event::kClosed);
      return Step::kDone;
    default:
      return Step::kContinue;
  }
}

// SND.UNA =< SEG.ACK =< SND.NXT
Step take_ack(Arrival& a, Work& w) {
  Connection& c = w.c;
  const SeqNumber una_before = c.snd.vars().una;
  const uint32_t wnd_before = c.snd.vars().wnd_bytes;
  const uint32_t wnd = scaled_window(a, c);
  AckFacts facts;
  facts.delivered = c.sent.begin_ack();
  facts.pipe_before_bytes = pipe_bytes(c);
  // RFC 5681 2: the five conditions of a duplicate ACK.
  facts.is_duplicate = a.seg.ack == una_before && a.seg.length() == 0 && wnd == wnd_before &&
                       !c.snd.vars().is_all_acked();
  if (a.seg.options.timestamps && c.timestamps.is_enabled()) {
    facts.tsecr = a.seg.options.timestamps->echo_reply;
  }
  facts.has_ecn_echo = a.seg.has(flag::kEce);
  take_sack(a, w, facts);
  c.figures.last_ack_received_at = a.ctx.now;
  c.silence.window_probes = 0;
  Acknowledged got;
  if (a.seg.ack.after(una_before)) got = on_progress(a, w, facts);
  c.snd.on_window(a.seg.seq, a.seg.ack, wnd);
  if (wnd_before == 0 && c.snd.vars().wnd_bytes > 0) on_window_opened(w);
  on_ack_facts(w, facts);
  tell_of_room(w);
  const bool may_send = c.snd.queued_bytes() > 0 || c.snd.vars().fin_queued;
  if (may_send) mark_output(w);
  return got.fin ? on_fin_acked(a, w) : Step::kContinue;
}

// SEG.ACK < SND.UNA: it was overtaken on its way, but its SACK blocks may still tell something.
void take_old_ack(Arrival& a, Work& w) {
  Connection& c = w.c;
  AckFacts facts;
  facts.delivered = c.sent.begin_ack();
  facts.pipe_before_bytes = pipe_bytes(c);
  take_sack(a, w, facts);
  if (facts.delivered.sacked_bytes == 0) return;
  on_ack_facts(w, facts);
  mark_output(w);
}

// RFC 7323 5.3 R3, of segments whose ACK field is believable: one that is made up must not move the
// clock that others are held against.
void note_timestamp(Arrival& a, Connection& c) {
  const auto& ts = a.seg.options.timestamps;
  if (ts && c.timestamps.is_enabled()) c.timestamps.on_segment(a.seg.seq, ts->value, a.ctx.now);
}

}  // namespace

Step check_ack(Arrival& a, Work& w) {
  if (!a.seg.has(flag::kAck)) {
    a.ctx.drop(DropReason::kTcpNoAck);
    return Step::kDone;
  }
  const SendVariables& snd = w.c.snd.vars();
  if (w.c.state == State::kSynReceived) {
    if (!a.seg.ack.after(snd.una) || a.seg.ack.after(snd.nxt)) {
      a.ctx.drop(DropReason::kTcpAckTooNew);
      send_reset(a.ctx, a.network, a.seg);
      return Step::kDone;
    }
    w.c.snd.start_window(a.seg.seq, a.seg.ack, scaled_window(a, w.c));
    become_established(w);
  }
  if (a.seg.ack.after(snd.nxt)) {  // for something not yet sent
    challenge(a, w, DropReason::kTcpAckTooNew);
    return Step::kDone;
  }
  // RFC 5961 5.2: (SND.UNA - MAX.SND.WND) =< SEG.ACK; below it is old beyond belief.
  if (a.seg.ack.before(snd.una - snd.max_wnd_bytes)) {
    challenge(a, w, DropReason::kTcpAckTooOld);
    return Step::kDone;
  }
  note_timestamp(a, w.c);
  if (a.seg.ack.before(snd.una)) {  // a duplicate: its ACK field can be ignored
    take_old_ack(a, w);
    return Step::kContinue;
  }
  return take_ack(a, w);
}

}  // namespace tapstack::transport::tcp
