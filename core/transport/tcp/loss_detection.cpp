#include "transport/tcp/loss_detection.h"

#include <algorithm>

namespace tapstack::transport::tcp {
namespace {

constexpr uint32_t kReorderingMax = 300;  // segments: Linux's tcp_max_reordering
// The reordering timer's granularity. On a path of 0.1 ms a quarter of the round trip is over
// before the second SACK of a batch is taken in, and each loss would be found before limited
// transmit could keep the pipe full. Linux waits two ticks at least.
constexpr Duration kReorderingWaitMin = Duration::ms(1);

PathTimes path_of(const Connection& c) { return {c.rtt.srtt(), c.rtt.min_rtt()}; }

uint32_t mark_lost(Work& w, mem::Index i) {
  Connection& c = w.c;
  const SentRecord& r = w.tables.sent.at(i);
  if (r.is_again) w.ctx.counters.count(Mib::kTcpExtTCPLostRetransmit);
  c.black_hole.on_lost();
  c.congestion.on_lost(c.rate.on_lost(r.snapshot, r.range.length()));
  return c.sent.mark_lost(w.tables.sent, i);
}

}  // namespace

void tell_detectors(Work& w, const AckFacts& f) {
  Connection& c = w.c;
  if (f.repeated) {
    const SendVariables& v = c.snd.vars();
    c.rack.on_duplicate_reported(v.una, v.nxt);
    const uint32_t segments = segments_of(f.repeated->length(), text_mss(c));
    c.undo.on_duplicate_reported(*f.repeated, segments, v.una);
    w.ctx.counters.count(Mib::kTcpExtTCPDSACKRecv);
    ++c.figures.dsacks_in;
  }
  if (f.delivered.reordered_bytes > 0) {
    c.rack.on_reordering();
    const uint32_t segments = segments_of(f.delivered.reordered_bytes, text_mss(c));
    c.figures.reordering = std::max(c.figures.reordering, std::min(segments, kReorderingMax));
    ++c.figures.reordered;
    w.ctx.counters.count(Mib::kTcpExtTCPSACKReorder);
  }
  // An ACK that moves nothing echoes the last segment in order, not what it reports by SACK (RFC
  // 7323 4.3).
  const bool has_echo = f.tsecr && f.has_moved;
  const Instant echo_sent_by =
      has_echo ? c.timestamps.sent_by(*f.tsecr, w.ctx.now) : Instant::never();
  c.rack.on_delivered(f.delivered, w.ctx.now, path_of(c), echo_sent_by);
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
    c.deadlines.set(Deadline::kReordering, now + std::max(wait, kReorderingWaitMin));
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

uint32_t pipe_bytes(const Connection& c) {
  const uint32_t pipe = c.sent.pipe_bytes();
  if (c.agreed.sack || c.sent.is_empty()) return pipe;
  const SendVariables& v = c.snd.vars();
  return pipe - std::min(pipe, c.duplicates.received_bytes(v.nxt.since(v.una), text_mss(c)));
}

}  // namespace tapstack::transport::tcp
