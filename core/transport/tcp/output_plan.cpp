#include "transport/tcp/output_plan.h"

#include <algorithm>

#include "transport/tcp/loss_detection.h"

namespace tapstack::transport::tcp {
namespace {

// Bytes up to the end of the peer's window from `seq`: none when the peer has taken it back (RFC
// 9293 3.8.6, MUST-34), neither for new text (SHLD-15) nor for what goes again (SHLD-16).
uint32_t window_room(const SendVariables& v, SeqNumber seq) {
  return v.window_end().after(seq) ? v.window_end().since(seq) : 0;
}

// A prefix of `range` to send again, up to where a record ends (MSG_EOR). Our FIN, the last
// sequence number, is no text.
OutputPlan retransmission(const Connection& c, const SendMarkPool& marks, SeqRange range,
                          uint32_t bytes_max) {
  const SendVariables& v = c.snd.vars();
  OutputPlan plan;
  if (const auto record_end = c.marks.record_end_after(marks, range.begin)) {
    range.end = earlier(range.end, *record_end);
  }
  if (range.length() > bytes_max) range.end = range.begin + bytes_max;
  const SeqNumber text_end = v.fin_sent ? v.nxt - 1 : v.nxt;
  plan.fin = v.fin_sent && range.end == v.nxt;
  range.end = earlier(range.end, text_end);
  if (range.is_empty() && !plan.fin) return plan;
  plan.kind = OutputPlan::Kind::kRetransmit;
  plan.range = range;
  return plan;
}

// Whether a last segment of less than the full size must wait: Nagle's algorithm (RFC 9293 3.7.4,
// SHLD-7; off with TCP_NODELAY, MUST-17) in Minshall's form, which waits for the ACK of small
// segments only, and TCP_CORK or MSG_MORE (MAY-16).
bool must_wait_for_more(const Connection& c) {
  const SendVariables& v = c.snd.vars();
  if (v.fin_queued || c.wanted.probe || c.wanted.push) return false;
  if (c.settings.cork || c.more) return true;
  const bool small_in_flight = c.small_end.after(v.una) && c.small_end.at_or_before(v.nxt);
  return !c.settings.no_delay && small_in_flight;
}

// RFC 9293 3.8.6.2.1, MUST-38, 3.9.1.2, SHLD-28, sender's silly window avoidance, for `bytes` of
// the `record_bytes` that may go together, as many as window and cwnd allow.
uint32_t avoid_silly_window(const Connection& c, uint32_t bytes, uint32_t record_bytes,
                            const OutputLimits& limits) {
  const uint32_t full = bytes - bytes % limits.segment_bytes_max;
  const bool is_all = bytes == c.snd.unsent_bytes();
  if (is_all) return bytes == full || !must_wait_for_more(c) ? bytes : full;  // (2)
  if (bytes == record_bytes) return bytes;  // nothing that follows could join it
  if (full > 0) return full;                // (1)
  const bool is_half_window = bytes >= c.snd.vars().max_wnd_bytes / 2;  // (3)
  return is_half_window || c.wanted.probe ? bytes : 0;                  // (4)
}

// Unsent text up to where the first record in it ends.
uint32_t record_bytes(const Connection& c, const SendMarkPool& marks) {
  const SeqNumber begin = c.snd.vars().nxt;
  const auto end = c.marks.record_end_after(marks, begin);
  return end ? std::min(end->since(begin), c.snd.unsent_bytes()) : c.snd.unsent_bytes();
}

OutputPlan new_text(const Connection& c, const SendMarkPool& marks, uint32_t cwnd_room,
                    const OutputLimits& limits) {
  const SendVariables& v = c.snd.vars();
  OutputPlan plan;
  if (!has_unsent(c)) return plan;
  const uint32_t window = window_room(v, v.nxt);
  const uint32_t unsent = c.snd.unsent_bytes();
  const uint32_t record = record_bytes(c, marks);
  const uint32_t wanted = std::min({record, window, limits.burst_bytes_max});
  plan.is_cwnd_limited = cwnd_room < wanted;
  plan.bytes = avoid_silly_window(c, std::min(wanted, cwnd_room), record, limits);
  // The FIN needs room in the window, but none in cwnd: it is no load.
  plan.fin = v.fin_queued && !v.fin_sent && plan.bytes == unsent && window > plan.bytes;
  if (plan.bytes > 0 || plan.fin) plan.kind = OutputPlan::Kind::kNew;
  return plan;
}

// RFC 9293 3.8.6.1, MUST-36: one octet at the left edge of a closed window, new or again; also of
// one that was shrunk to nothing (MUST-35).
OutputPlan window_probe(const Connection& c, const SendMarkPool& marks) {
  const SendVariables& v = c.snd.vars();
  if (!v.is_all_acked()) return retransmission(c, marks, {v.una, v.nxt}, 1);
  OutputPlan plan;
  if (!has_unsent(c)) return plan;
  plan.kind = OutputPlan::Kind::kNew;
  plan.bytes = std::min(c.snd.unsent_bytes(), uint32_t{1});
  plan.fin = plan.bytes == 0;
  return plan;
}

// RFC 8985 7.3: new text if the window lets it, otherwise the last segment again; whatever cwnd
// says.
OutputPlan loss_probe(const Connection& c, const OutputPools& pools, const OutputLimits& limits) {
  OutputLimits one = limits;
  one.burst_bytes_max = limits.segment_bytes_max;
  OutputPlan plan = new_text(c, pools.marks, limits.segment_bytes_max, one);
  if (plan.kind == OutputPlan::Kind::kNothing) {
    SeqRange last = c.sent.last(pools.sent, limits.segment_bytes_max);
    last.begin = c.marks.record_begin_before(pools.marks, last.end, last.begin);
    plan = retransmission(c, pools.marks, last, limits.segment_bytes_max);
  }
  plan.is_loss_probe = true;
  return plan;
}

}  // namespace

OutputPlan plan_output(const Connection& c, const OutputPools& pools, const OutputLimits& limits) {
  const SendVariables& v = c.snd.vars();
  if (v.wnd_bytes == 0) return c.wanted.probe ? window_probe(c, pools.marks) : OutputPlan{};
  // Once SACKs have come in, RACK knows more than a probe would tell.
  const bool may_probe = c.wanted.loss_probe && !c.sent.is_empty() && !c.sent.has_sacked();
  if (may_probe) return loss_probe(c, pools, limits);
  const uint32_t pipe = pipe_bytes(c);
  const uint32_t cwnd = c.congestion.cwnd_bytes();
  const uint32_t room = cwnd > pipe ? cwnd - pipe : 0;

  const SeqRange hole = c.sent.next_lost(pools.sent);
  const bool may_repair = !hole.is_empty() && hole.begin.before(v.window_end());
  if (may_repair && !(c.frto.prefers_new() && has_unsent(c))) {
    OutputPlan plan;
    plan.is_cwnd_limited = true;
    const uint32_t allowed = c.wanted.first_lost ? std::max(room, limits.segment_bytes_max) : room;
    if (allowed < std::min(hole.length(), limits.segment_bytes_max)) return plan;
    const uint32_t bytes = std::min({allowed, window_room(v, hole.begin), limits.burst_bytes_max});
    plan = retransmission(c, pools.marks, hole, bytes);
    if (plan.kind != OutputPlan::Kind::kNothing) return plan;
  }
  return new_text(c, pools.marks, room, limits);
}

}  // namespace tapstack::transport::tcp
