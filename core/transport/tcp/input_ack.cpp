// RFC 9293 3.10.7.4, fifth step: the ACK field.
#include <algorithm>

#include "transport/tcp/fin_wait_2.h"
#include "transport/tcp/input.h"
#include "transport/tcp/lifecycle.h"
#include "transport/tcp/notify.h"
#include "transport/tcp/reset.h"
#include "transport/tcp/send_room.h"

namespace tapstack::transport::tcp {
namespace {

uint32_t scaled_window(const Arrival& a, const Connection& c) {
  return uint32_t{a.seg.wnd} << c.agreed.send_shift;
}

// New SACK blocks; returns how many bytes they add.
uint32_t take_sack(Arrival& a, Connection& c) {
  if (!c.agreed.sack || a.seg.options.sack_block_count == 0) return 0;
  std::array<SeqRange, wire::TcpOptions::kSackBlocksMax> blocks;
  size_t n = 0;
  for (const wire::TcpSackBlock& b : a.seg.options.sack()) {
    blocks[n++] = {SeqNumber(b.left_edge), SeqNumber(b.right_edge)};
  }
  return c.sacked.on_blocks({blocks.data(), n}, later(c.snd.vars().una, a.seg.ack),
                            c.snd.vars().nxt);
}

// RFC 6298 3 (Karn): segments sent once are timed; with timestamps also what was repeated.
void measure_round_trip(Arrival& a, Connection& c) {
  if (c.probe.is_running) {
    if (a.seg.ack.before(c.probe.end)) return;
    c.rtt.on_sample(a.ctx.now - c.probe.sent_at);
    c.probe.is_running = false;
    return;
  }
  const bool was_repeated = c.rtt.backoff() > 0 || !c.recovery.is_open();
  if (!was_repeated || !c.timestamps.is_enabled() || !a.seg.options.timestamps) return;
  const auto rtt = c.timestamps.round_trip(a.seg.options.timestamps->echo_reply, a.ctx.now);
  if (rtt) c.rtt.on_sample(*rtt);
}

void adjust_congestion(Connection& c, const AckSample& sample) {
  const Outstanding now = outstanding(c);
  const RecoveryPhase phase = c.recovery.phase();
  c.loss.on_progress(now, sample.acked_bytes);
  const bool is_over = c.recovery.on_progress(now);
  if (is_over || phase == RecoveryPhase::kOpen) c.loss.on_recovered();
  // With SACK the pipe was full to the end, there is no burst to prevent (RFC 6675 5).
  if (is_over && phase == RecoveryPhase::kFast && !c.agreed.sack) {
    // RFC 6582 3.2 step 3 option 1: min (ssthresh, max(FlightSize, SMSS) + SMSS).
    c.congestion.on_recovered(std::max(now.flight_bytes(), now.mss_bytes) + now.mss_bytes);
  }
  c.congestion.on_ack(sample);
  // RFC 6582 3.2 step 3: a partial ACK shows the next loss, which is repaired at once.
  if (phase == RecoveryPhase::kFast && !is_over && !c.agreed.sack) c.wanted.first_lost = true;
}

// RFC 6298 5.2 and 5.3.
void restart_timer(Arrival& a, Connection& c) {
  if (c.snd.vars().is_all_acked()) {
    c.deadlines.clear(Deadline::kRetransmit);
  } else {
    c.deadlines.set(Deadline::kRetransmit, a.ctx.now + c.rtt.rto());
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

Acknowledged on_progress(Arrival& a, Work& w) {
  Connection& c = w.c;
  AckSample sample;
  sample.flight_bytes = outstanding(c).flight_bytes();
  sample.now = a.ctx.now;
  const Acknowledged got = c.snd.on_ack(a.ctx.memory, a.seg.ack);
  sample.una = c.snd.vars().una;
  sample.nxt = c.snd.vars().nxt;
  sample.acked_bytes = got.text_bytes;
  sample.delivered_bytes = got.text_bytes;
  sample.pipe_bytes = outstanding(c).flight_bytes();
  sample.is_in_recovery = c.recovery.phase() == RecoveryPhase::kFast;
  c.sacked.on_cumulative_ack(a.seg.ack);
  measure_round_trip(a, c);
  c.rtt.on_progress();
  c.silence.retransmits = 0;
  c.silence.stalled_since = a.ctx.now;
  confirm_next_hop(a, c);
  c.soft_error = Error::kNone;
  adjust_congestion(c, sample);
  restart_timer(a, c);
  if (c.send_blocked && has_worthwhile_room(c)) {
    c.send_blocked = false;
    raise(w, Event::kWritable);
  }
  return got;
}

// The window opened: the octets that probed it were refused, so they go again, at once.
void on_window_opened(Connection& c) {
  c.silence.persist_backoff = 0;
  c.deadlines.clear(Deadline::kPersist);
  const Outstanding o = outstanding(c);
  if (o.flight_bytes() == 0) return;
  c.loss.on_all_lost(o.nxt);
  c.recovery.enter_loss(o);
  c.probe.is_running = false;
}

void look_for_loss(Work& w) {
  Connection& c = w.c;
  const Outstanding o = outstanding(c);
  const bool is_fast = c.recovery.phase() == RecoveryPhase::kFast;
  const SeqNumber lost = c.loss.lost_before(o, c.sacked, is_fast);
  if (!lost.after(o.una) || !c.recovery.may_enter(o)) return;
  c.congestion.on_loss(w.ctx.now);
  c.recovery.enter_fast(o);
  c.wanted.first_lost = true;
  c.probe.is_running = false;
  w.ctx.counters.count(c.agreed.sack ? Mib::kTcpExtTCPSackRecovery : Mib::kTcpExtTCPRenoRecovery);
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
  // RFC 5681 2: the five conditions of a duplicate ACK.
  const bool is_duplicate = a.seg.ack == una_before && a.seg.length() == 0 && wnd == wnd_before &&
                            !c.snd.vars().is_all_acked();
  const uint32_t newly_sacked = take_sack(a, c);
  c.figures.last_ack_received_at = a.ctx.now;
  c.silence.window_probes = 0;
  Acknowledged got;
  if (a.seg.ack.after(una_before)) got = on_progress(a, w);
  c.snd.on_window(a.seg.seq, a.seg.ack, wnd);
  if (wnd_before == 0 && c.snd.vars().wnd_bytes > 0) on_window_opened(c);
  if (c.agreed.sack ? newly_sacked > 0 && got.total_bytes == 0 : is_duplicate) {
    c.loss.on_duplicate_ack();
  }
  look_for_loss(w);
  const bool may_send = c.snd.queued_bytes() > 0 || c.snd.vars().fin_queued;
  if (may_send) mark_output(w);
  return got.fin ? on_fin_acked(a, w) : Step::kContinue;
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
  if (a.seg.ack.before(snd.una)) return Step::kContinue;  // a duplicate: it can be ignored
  return take_ack(a, w);
}

}  // namespace tapstack::transport::tcp
