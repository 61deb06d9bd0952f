#include "transport/tcp/recovery_events.h"

#include <algorithm>

#include "transport/tcp/loss_detection.h"
#include "transport/tcp/notify.h"
#include "transport/tcp/output_plan.h"
#include "transport/tcp/path.h"
#include "transport/tcp/retransmit_timers.h"

namespace tapstack::transport::tcp {
namespace {

// --- what an ACK says ---

// RFC 6298 3 (Karn): of what was sent once; with timestamps also of what was repeated.
std::optional<RttSample> round_trip_of(Connection& c, const AckFacts& f, Instant now) {
  const Delivered& d = f.delivered;
  if (c.syn_probe.is_running && f.has_moved) {
    c.syn_probe.is_running = false;
    return RttSample{now - c.syn_probe.sent_at};
  }
  if (!d.oldest_acked_at.is_never() && !d.has_resent_acked) {
    return RttSample{now - d.oldest_acked_at};
  }
  if (f.has_moved) {
    const auto echoed = f.tsecr ? c.timestamps.round_trip(*f.tsecr, now) : std::nullopt;
    return echoed ? std::optional(RttSample{*echoed, false}) : std::nullopt;
  }
  // After a time-out a retransmission may have brought forth the ACK, and the one that first
  // reported this text was lost.
  const bool is_sacked = d.sacked_bytes > 0 && d.newest_original.is_known &&
                         !d.newest_resent.is_known && !c.recovery.is(RecoveryPhase::kLoss);
  if (is_sacked) return RttSample{now - d.newest_original.sent.at};
  return std::nullopt;
}

// --- the phases ---

void enter_fast(Work& w, uint32_t flight_bytes) {
  Connection& c = w.c;
  const SendVariables& v = c.snd.vars();
  if (!c.recovery.is_reducing()) {
    c.undo.start(v.una);
    c.congestion.on_loss(w.ctx.now);
    c.black_hole.on_reduced(c.sent.next_lost(w.tables.sent).begin, c.sent.lost_bytes());
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
    if (c.black_hole.take_probe_all()) c.congestion.on_undo();
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

// Without SACK each duplicate stands for a segment, and what moves the ACK then for the rest.
uint32_t newly_delivered(const Connection& c, const AckFacts& f) {
  const uint32_t told = f.delivered.delivered_bytes;
  if (c.agreed.sack) return told;
  const uint32_t mss = text_mss(c);
  if (f.is_duplicate) return mss;
  return std::max(told - std::min(told, c.duplicates.count() * mss), std::min(told, mss));
}

void count_delivered(Work& w, uint32_t bytes, bool has_ecn_echo) {
  const uint32_t segments = segments_of(bytes, text_mss(w.c));
  w.ctx.counters.count(Mib::kTcpExtTCPDelivered, segments);
  if (has_ecn_echo) w.ctx.counters.count(Mib::kTcpExtTCPDeliveredCE, segments);
}

void tell_rate(Work& w, const Delivered& d) {
  const DeliveredPiece& newest =
      !d.newest_resent.is_known || d.newest_original.sent.is_after(d.newest_resent.sent)
          ? d.newest_original
          : d.newest_resent;
  if (!newest.is_known) return;
  w.c.rate.on_delivered(newest.snapshot, newest.sent.at, d.delivered_bytes, w.ctx.now);
}

struct Told {
  uint32_t delivered_bytes = 0;
  uint32_t lost_bytes = 0;
  std::optional<RttSample> rtt;
};

void tell_congestion(Work& w, const AckFacts& f, const Told& told) {
  Connection& c = w.c;
  AckSample s;
  s.now = w.ctx.now;
  s.una = c.snd.vars().una;
  s.nxt = c.snd.vars().nxt;
  s.delivered_bytes = told.delivered_bytes;
  // The window grows by what arrived: what SACKs or duplicates told of before was counted then.
  s.acked_bytes = f.has_moved ? s.delivered_bytes : 0;
  s.newly_lost_bytes = told.lost_bytes;
  s.flight_bytes = f.pipe_before_bytes;
  s.pipe_bytes = pipe_bytes(c);
  if (told.rtt && told.rtt->is_exact) s.rtt = told.rtt->time;
  s.srtt = c.rtt.srtt();
  s.min_rtt = c.rtt.min_rtt();
  s.is_in_recovery = c.recovery.is_reducing();
  s.is_loss_recovery = c.recovery.is(RecoveryPhase::kLoss);
  s.has_ecn_echo = f.has_ecn_echo;
  s.has_sack = c.agreed.sack;
  s.rate = c.rate.end_of_ack(s.min_rtt);
  c.congestion.on_ack(s);
  if (c.congestion.ignores_low_rates()) c.rate.on_app_limited(s.pipe_bytes);
  if (!c.recovery.is_reducing()) c.prr.on_delivered(s.delivered_bytes);
  if (!c.recovery.is_reducing() || !c.congestion.uses_prr() || s.delivered_bytes == 0) return;
  c.prr.on_ack({s.delivered_bytes, s.pipe_bytes, f.has_moved && told.lost_bytes == 0});
  c.congestion.on_recovery_window(c.prr.window_bytes());
}

// What the timers waited for has come: text was acknowledged, or SACKed that was sent before the
// first outstanding segment last went out. Other SACKs must not put the time-out off for ever.
bool is_timer_answered(const SentPool& pool, const Connection& c, const AckFacts& f) {
  if (f.has_moved || c.sent.is_empty()) return true;
  const DeliveredPiece& p = f.delivered.newest_original;
  return f.delivered.sacked_bytes > 0 && p.is_known && c.sent.front(pool).sent.is_after(p.sent);
}

}  // namespace

void on_ack_facts(Work& w, const AckFacts& f) {
  Connection& c = w.c;
  const RecoveryPhase before = c.recovery.phase();
  const uint32_t delivered = newly_delivered(c, f);
  const auto rtt = round_trip_of(c, f, w.ctx.now);
  if (rtt) c.rtt.on_sample(*rtt, c.snd.vars().una, c.snd.vars().nxt);
  if (c.black_hole.on_acked(c.snd.vars().una, w.ctx.now)) {
    update_mss(c);
    w.ctx.counters.count(Mib::kTcpExtTCPMTUPSuccess);
  }
  count_delivered(w, delivered, f.has_ecn_echo);
  tell_rate(w, f.delivered);
  tell_detectors(w, f);
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
  tell_congestion(w, f, {delivered, lost, rtt});
  const bool has_hole = f.is_duplicate || f.delivered.sacked_bytes > 0;
  if (has_hole && c.recovery.is_open()) w.tables.has_answer_due = true;
  if (is_timer_answered(w.tables.sent, c, f)) start_retransmit_timers(w);
  const bool is_undone = before == RecoveryPhase::kLoss && c.recovery.is_open();
  if (is_undone) bring_retransmit_timer_forward(w);
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
