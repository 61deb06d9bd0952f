#include "transport/tcp/recovery_events.h"

#include <algorithm>

#include "transport/tcp/notify.h"
#include "transport/tcp/output_plan.h"

namespace tapstack::transport::tcp {
namespace {

PathTimes path_of(const Connection& c) { return {c.rtt.srtt(), c.rtt.min_rtt()}; }

// --- what an ACK says ---

// RFC 6298 3 (Karn): of what was sent once; with timestamps also of what was repeated.
std::optional<Duration> round_trip_of(Connection& c, const AckFacts& f, Instant now) {
  const Delivered& d = f.delivered;
  if (c.syn_probe.is_running && f.has_moved) {
    c.syn_probe.is_running = false;
    return now - c.syn_probe.sent_at;
  }
  if (!d.oldest_acked_at.is_never() && !d.has_resent_acked) return now - d.oldest_acked_at;
  if (f.has_moved) return f.tsecr ? c.timestamps.round_trip(*f.tsecr, now) : std::nullopt;
  // After a time-out a retransmission may have brought forth the ACK, and the one that first
  // reported this text was lost.
  const bool is_sacked = d.sacked_bytes > 0 && d.newest_original.is_known &&
                         !d.newest_resent.is_known && !c.recovery.is(RecoveryPhase::kLoss);
  if (is_sacked) return now - d.newest_original.sent.at;
  return std::nullopt;
}

void tell_rack(Work& w, const AckFacts& f) {
  Connection& c = w.c;
  if (f.repeated) {
    const SendVariables& v = c.snd.vars();
    c.rack.on_duplicate_reported(v.una, v.nxt);
    const uint32_t segments = (f.repeated->length() + text_mss(c) - 1) / text_mss(c);
    c.undo.on_duplicate_reported(*f.repeated, segments, v.una);
    w.ctx.counters.count(Mib::kTcpExtTCPDSACKRecv);
  }
  if (f.delivered.is_reordered) {
    c.rack.on_reordering();
    w.ctx.counters.count(Mib::kTcpExtTCPSACKReorder);
  }
  // An ACK that moves nothing echoes the last segment in order, not what it reports by SACK (RFC
  // 7323 4.3).
  const bool has_echo = f.tsecr && f.has_moved;
  const Instant echo_sent_by =
      has_echo ? c.timestamps.sent_by(*f.tsecr, w.ctx.now) : Instant::never();
  c.rack.on_delivered(f.delivered, w.ctx.now, path_of(c), echo_sent_by);
}

// --- finding losses ---

uint32_t mark_lost(Work& w, mem::Index i) {
  Connection& c = w.c;
  const SentRecord& r = w.tables.sent.at(i);
  if (r.is_again) w.ctx.counters.count(Mib::kTcpExtTCPLostRetransmit);
  c.congestion.on_lost(c.rate.on_lost(r.snapshot, r.range.length()));
  const uint32_t bytes = c.sent.mark_lost(w.tables.sent, i);
  return bytes;
}

uint32_t detect_by_time(Work& w) {
  Connection& c = w.c;
  const SentPool& pool = w.tables.sent;
  const Instant now = w.ctx.now;
  const PathTimes path = path_of(c);
  const bool is_repairing = c.recovery.is_repairing();
  uint32_t bytes = 0;
  for (mem::Index i = c.rack.find_lost(pool, c.sent, now, path, is_repairing); i != mem::kNoIndex;
       i = c.rack.find_lost(pool, c.sent, now, path, is_repairing)) {
    bytes += mark_lost(w, i);
  }
  const Duration wait = c.rack.wait(pool, c.sent, now, path, is_repairing);
  if (wait > Duration{}) {
    c.deadlines.set(Deadline::kReordering, now + wait);
  } else {
    c.deadlines.clear(Deadline::kReordering);
  }
  return bytes;
}

void detect_on_timeout(Work& w) {
  Connection& c = w.c;
  const SentPool& pool = w.tables.sent;
  c.sent.mark_front_lost(w.tables.sent, UINT32_MAX);
  for (mem::Index i = c.rack.find_lost_on_timeout(pool, c.sent, w.ctx.now, path_of(c));
       i != mem::kNoIndex; i = c.rack.find_lost_on_timeout(pool, c.sent, w.ctx.now, path_of(c))) {
    mark_lost(w, i);
  }
}

// RFC 5681 3.2 and RFC 6582 3.2: the third duplicate and each partial ACK show one segment.
uint32_t detect_by_duplicates(Work& w, const AckFacts& f) {
  Connection& c = w.c;
  if (f.has_moved) c.duplicates.on_progress(f.delivered.acked_bytes, text_mss(c));
  if (f.is_duplicate) c.duplicates.on_duplicate();
  const SeqNumber una = c.snd.vars().una;
  const bool is_partial =
      c.recovery.is(RecoveryPhase::kFast) && f.has_moved && !c.recovery.is_complete(una);
  const bool is_third = c.duplicates.count() >= kDupThresh && c.recovery.may_enter_fast(una, false);
  if (!is_partial && !is_third) return 0;
  c.wanted.first_lost = true;
  return c.sent.mark_front_lost(w.tables.sent, text_mss(c));
}

// --- the phases ---

void enter_fast(Work& w, uint32_t flight_bytes) {
  Connection& c = w.c;
  const SendVariables& v = c.snd.vars();
  if (!c.recovery.is_reducing()) {
    c.undo.start(v.una);
    c.congestion.on_loss(w.ctx.now);
    c.ecn.on_reduced(v.nxt);
    c.prr.start(flight_bytes, c.congestion.ssthresh_bytes(), text_mss(c));
  }
  c.recovery.enter_fast(v.nxt);
  c.wanted.first_lost = true;
  w.ctx.counters.count(c.agreed.sack ? Mib::kTcpExtTCPSackRecovery : Mib::kTcpExtTCPRenoRecovery);
}

void enter_fast_if_lost(Work& w, uint32_t flight_bytes) {
  Connection& c = w.c;
  const bool may_enter = c.recovery.may_enter_fast(c.snd.vars().una, c.agreed.sack);
  if (c.sent.lost_bytes() > 0 && may_enter) enter_fast(w, flight_bytes);
}

// The reduction was for nothing: RFC 3522 3.3, RFC 4015, RFC 5682 4.
void undo_reduction(Work& w, Mib why) {
  Connection& c = w.c;
  c.congestion.on_undo();
  c.sent.unmark_lost(w.tables.sent);
  c.undo.stop();
  c.frto.stop();
  c.recovery.end();
  w.ctx.counters.count(why);
  if (c.agreed.sack) detect_by_time(w);  // some may be lost all the same
}

void end_recovery(Work& w) {
  Connection& c = w.c;
  c.rack.on_recovered();
  c.duplicates.clear();
  c.frto.stop();
  if (c.recovery.is_reducing()) {
    // The pipe was full to the end, there is no burst to prevent (RFC 6675 5); but for losses
    // without SACK, RFC 6582 3.2 step 3 option 1.
    const bool is_full = c.agreed.sack || c.recovery.is(RecoveryPhase::kReduced);
    const uint32_t flight = std::max(c.sent.pipe_bytes(), text_mss(c));
    c.congestion.on_recovered(is_full ? kWindowMax : flight + text_mss(c));
  }
  c.recovery.end();
}

void step_fast(Work& w, const AckFacts& f) {
  Connection& c = w.c;
  const bool is_needless =
      c.undo.is_every_one_duplicate() || (f.has_moved && c.undo.is_answer_to_original(f.tsecr));
  if (c.recovery.is_complete(c.snd.vars().una)) {
    if (is_needless) undo_reduction(w, Mib::kTcpExtTCPFullUndo);
    end_recovery(w);
  } else if (is_needless && c.sent.again_bytes() == 0) {
    undo_reduction(w, Mib::kTcpExtTCPPartialUndo);
  }
}

// RFC 5682 3.1, then slow start over what is outstanding until all of it is acknowledged.
void step_loss(Work& w, const AckFacts& f) {
  Connection& c = w.c;
  const bool is_answer = f.has_moved && c.undo.is_answer_to_original(f.tsecr);
  if (is_answer || c.undo.is_every_one_duplicate()) {
    undo_reduction(w, Mib::kTcpExtTCPLossUndo);
    return;
  }
  if (c.frto.is_running()) {
    Frto::Ack ack;
    ack.has_moved = f.has_moved;
    ack.has_original = f.delivered.has_original;
    ack.is_duplicate = !f.has_moved && (f.is_duplicate || f.delivered.sacked_bytes > 0);
    ack.can_send_new = has_unsent(c) && c.snd.vars().window_end().after(c.snd.vars().nxt);
    if (c.frto.on_ack(ack) == Frto::Verdict::kSpurious) {
      undo_reduction(w, Mib::kTcpExtTCPSpuriousRTOs);
      return;
    }
  }
  if (c.recovery.is_complete(c.snd.vars().una)) end_recovery(w);
}

void step_open(Work& w, const AckFacts& f) {
  Connection& c = w.c;
  if (c.recovery.is(RecoveryPhase::kReduced) && c.recovery.is_complete(c.snd.vars().una)) {
    end_recovery(w);
  }
  if (f.has_moved && c.sent.lost_bytes() == 0) c.duplicates.clear();
  // All retransmissions of the last recovery were reported as duplicates, late.
  if (c.recovery.is_open() && c.undo.is_every_one_duplicate()) {
    undo_reduction(w, Mib::kTcpExtTCPDSACKUndo);
  }
  const SendVariables& v = c.snd.vars();
  if (f.has_ecn_echo && c.recovery.is_open() && c.ecn.on_echo(v.una, v.nxt)) {
    c.congestion.on_ecn(w.ctx.now);
    c.prr.start(f.pipe_before_bytes, c.congestion.ssthresh_bytes(), text_mss(c));
    c.recovery.enter_reduced(v.nxt);
  }
}

void step_probe(Work& w, const AckFacts& f) {
  Connection& c = w.c;
  const bool is_repeated = f.repeated && f.repeated->end == c.probe_of_tail.end();
  const bool is_pure = f.is_duplicate && f.delivered.sacked_bytes == 0;
  const auto verdict = c.probe_of_tail.on_ack(c.snd.vars().una, is_repeated, is_pure);
  if (verdict != TailLossProbe::Verdict::kRepaired || !c.recovery.is_open()) return;
  c.congestion.on_loss(w.ctx.now);
  c.congestion.on_recovered();
  c.ecn.on_reduced(c.snd.vars().nxt);
  w.ctx.counters.count(Mib::kTcpExtTCPLossProbeRecovery);
}

// --- the window ---

void tell_rate(Work& w, const Delivered& d) {
  const DeliveredPiece& newest =
      !d.newest_resent.is_known || d.newest_original.sent.is_after(d.newest_resent.sent)
          ? d.newest_original
          : d.newest_resent;
  if (!newest.is_known) return;
  w.c.rate.on_delivered(newest.snapshot, newest.sent.at, d.delivered_bytes, w.ctx.now);
}

void tell_congestion(Work& w, const AckFacts& f, uint32_t lost_bytes,
                     const std::optional<Duration>& rtt) {
  Connection& c = w.c;
  AckSample s;
  s.now = w.ctx.now;
  s.una = c.snd.vars().una;
  s.nxt = c.snd.vars().nxt;
  s.acked_bytes = f.delivered.acked_bytes;
  s.delivered_bytes = f.delivered.delivered_bytes;
  if (!c.agreed.sack && f.is_duplicate) s.delivered_bytes = text_mss(c);
  s.newly_lost_bytes = lost_bytes;
  s.flight_bytes = f.pipe_before_bytes;
  s.pipe_bytes = pipe_bytes(c);
  if (rtt) s.rtt = *rtt;
  s.srtt = c.rtt.srtt();
  s.min_rtt = c.rtt.min_rtt();
  s.is_in_recovery = c.recovery.is_reducing();
  s.is_loss_recovery = c.recovery.is(RecoveryPhase::kLoss);
  s.has_ecn_echo = f.has_ecn_echo;
  s.has_sack = c.agreed.sack;
  s.rate = c.rate.end_of_ack(s.min_rtt);
  c.congestion.on_ack(s);
  if (c.congestion.ignores_low_rates()) c.rate.on_app_limited(s.pipe_bytes);
  if (!c.recovery.is_reducing() || !c.congestion.uses_prr() || s.delivered_bytes == 0) return;
  c.prr.on_ack({s.delivered_bytes, s.pipe_bytes, f.has_moved && lost_bytes == 0});
  c.congestion.on_recovery_window(c.prr.window_bytes());
}

// --- timers ---

// RFC 7765 3: with few segments outstanding the time counts from the oldest, not from this ACK, as
// no further ACKs would start a fast recovery.
constexpr uint32_t kFewSegments = 4;  // rrthresh

bool are_few_outstanding(const Connection& c) {
  const uint32_t unsent = (c.snd.unsent_bytes() + text_mss(c) - 1) / text_mss(c);
  return c.sent.outstanding_segments() + unsent < kFewSegments;
}

// After a time-out that was taken back the path has just shown a very long round trip, or ACKs were
// lost. What is outstanding was sent before that: its time-out counts from then.
void bring_timer_forward(Work& w) {
  Connection& c = w.c;
  if (c.sent.is_empty() || !c.deadlines.is_set(Deadline::kRetransmit)) return;
  const Instant at = std::max(c.sent.front(w.tables.sent).sent.at + c.rtt.rto(),
                              w.ctx.now + Duration::ms(kConfig.tcp_rto_min_ms));
  c.deadlines.set(Deadline::kRetransmit, std::min(at, c.deadlines.at(Deadline::kRetransmit)));
}

// What the timers waited for has come: text was acknowledged, or SACKed that was sent before the
// first outstanding segment last went out. Other SACKs must not put the time-out off for ever.
bool is_timer_answered(const SentPool& pool, const Connection& c, const AckFacts& f) {
  if (f.has_moved || c.sent.is_empty()) return true;
  const DeliveredPiece& p = f.delivered.newest_original;
  return f.delivered.sacked_bytes > 0 && p.is_known && c.sent.front(pool).sent.is_after(p.sent);
}

}  // namespace

uint32_t pipe_bytes(const Connection& c) {
  const uint32_t pipe = c.sent.pipe_bytes();
  if (c.agreed.sack || c.sent.is_empty()) return pipe;
  const SendVariables& v = c.snd.vars();
  return pipe - std::min(pipe, c.duplicates.received_bytes(v.nxt.since(v.una), text_mss(c)));
}

void start_probe_timer(Work& w) {
  Connection& c = w.c;
  const bool is_wanted = c.agreed.sack && !c.sent.is_empty() && !c.recovery.is_repairing() &&
                         !c.sent.has_sacked() && !c.probe_of_tail.is_outstanding() &&
                         c.snd.vars().wnd_bytes > 0;
  if (!is_wanted) {
    c.deadlines.clear(Deadline::kLossProbe);
    return;
  }
  const Instant at = w.ctx.now + probe_timeout(c.rtt.srtt(), c.sent.outstanding_segments() == 1);
  c.deadlines.set(Deadline::kLossProbe, std::min(at, c.deadlines.at(Deadline::kRetransmit)));
}

void set_retransmit_timer(Work& w, Instant from) {
  Connection& c = w.c;
  Instant at = from + c.rtt.rto();
  if (c.settings.user_timeout_ms != 0) {
    at = std::min(at, c.silence.stalled_since + Duration::ms(c.settings.user_timeout_ms));
  }
  c.deadlines.set(Deadline::kRetransmit, std::max(at, w.ctx.now + Duration::ms(1)));
}

void start_retransmit_timers(Work& w) {
  Connection& c = w.c;
  if (c.sent.is_empty()) {
    c.deadlines.clear(Deadline::kRetransmit);
  } else {
    Instant from = w.ctx.now;
    if (are_few_outstanding(c)) from = std::min(from, c.sent.front(w.tables.sent).sent.at);
    set_retransmit_timer(w, from);
  }
  start_probe_timer(w);
}

void on_ack_facts(Work& w, const AckFacts& f) {
  Connection& c = w.c;
  const RecoveryPhase before = c.recovery.phase();
  const auto rtt = round_trip_of(c, f, w.ctx.now);
  if (rtt) c.rtt.on_sample(*rtt, c.snd.vars().una, c.snd.vars().nxt);
  tell_rate(w, f.delivered);
  tell_rack(w, f);
  step_probe(w, f);
  const uint32_t lost = c.agreed.sack ? detect_by_time(w) : detect_by_duplicates(w, f);
  switch (c.recovery.phase()) {
    case RecoveryPhase::kFast:
      step_fast(w, f);
      break;
    case RecoveryPhase::kLoss:
      step_loss(w, f);
      break;
    default:
      step_open(w, f);
      break;
  }
  enter_fast_if_lost(w, f.pipe_before_bytes);
  tell_congestion(w, f, lost, rtt);
  if (is_timer_answered(w.tables.sent, c, f)) start_retransmit_timers(w);
  const bool is_undone = before == RecoveryPhase::kLoss && c.recovery.is_open();
  if (is_undone) bring_timer_forward(w);
}

void on_reordering_timeout(Work& w) {
  Connection& c = w.c;
  const uint32_t flight = pipe_bytes(c);
  detect_by_time(w);
  enter_fast_if_lost(w, flight);
  if (c.recovery.is_reducing() && c.congestion.uses_prr()) {
    c.prr.on_ack({0, pipe_bytes(c), false});
    c.congestion.on_recovery_window(c.prr.window_bytes());
  }
  mark_output(w);
}

void on_probe_timeout(Work& w) {
  Connection& c = w.c;
  if (c.sent.is_empty() || c.probe_of_tail.is_outstanding()) return;
  c.wanted.loss_probe = true;
  set_retransmit_timer(w, w.ctx.now);  // also where the time-out was due at the same time
  mark_output(w);
}

void on_retransmission_timeout(Work& w, bool again) {
  Connection& c = w.c;
  SentPool& pool = w.tables.sent;
  const SendVariables& v = c.snd.vars();
  if (c.sent.is_front_sacked(pool)) {
    w.ctx.counters.count(Mib::kTcpExtTCPSACKReneging);
    c.sent.forget_sacked(pool);
    c.sent.mark_all_lost(pool);
  } else if (c.agreed.sack) {
    detect_on_timeout(w);
  } else {
    c.sent.mark_all_lost(pool);
  }
  if (!again) c.undo.start(v.una);
  // RFC 5682 2.1 step 1: not for a time-out within fast recovery, where what was sent once is mixed
  // with what was sent again.
  if (!c.recovery.is(RecoveryPhase::kFast)) c.frto.start(v.nxt);
  c.congestion.on_timeout(w.ctx.now, again);
  c.ecn.on_reduced(v.nxt);
  c.duplicates.clear();
  c.probe_of_tail.clear();
  c.deadlines.clear(Deadline::kReordering);
  c.deadlines.clear(Deadline::kLossProbe);
  c.recovery.enter_loss(v.nxt);
  c.wanted.first_lost = true;
}

void resend_everything(Connection& c, SentPool& pool) {
  if (c.sent.is_empty()) return;
  c.sent.mark_all_lost(pool);
  c.recovery.enter_loss(c.snd.vars().nxt);
  c.frto.stop();
  c.undo.stop();
}

}  // namespace tapstack::transport::tcp
