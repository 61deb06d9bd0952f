#include "transport/tcp/time_wait.h"

namespace tapstack::transport::tcp {

TimeWaitAction classify(const TimeWait& record, const Segment& segment) {
  if (segment.has(flag::kRst)) return TimeWaitAction::kIgnore;
  if (segment.has(flag::kSyn) && !segment.has(flag::kAck)) {
    const auto& ts = segment.options.timestamps;
    const bool is_later_by_time =
        record.timestamps && ts && static_cast<int32_t>(ts->value - record.timestamp_recent) > 0;
    const bool is_later_by_seq = segment.seq.after(record.rcv_nxt);
    return is_later_by_time || is_later_by_seq ? TimeWaitAction::kReopen : TimeWaitAction::kAck;
  }
  // RFC 9293 3.10.7.4, fifth: without an ACK what arrives where it should goes no further.
  const bool is_at_edge = segment.seq == record.rcv_nxt;
  if (!segment.has(flag::kAck) && !segment.has(flag::kSyn) && is_at_edge) {
    return TimeWaitAction::kIgnore;
  }
  if (segment.has(flag::kFin)) return TimeWaitAction::kRestart;
  const bool is_expected = segment.length() == 0 && is_at_edge;
  return is_expected ? TimeWaitAction::kIgnore : TimeWaitAction::kAck;
}

}  // namespace tapstack::transport::tcp
