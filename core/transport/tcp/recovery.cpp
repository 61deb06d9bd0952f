#include "transport/tcp/recovery.h"

#include <algorithm>

namespace tapstack::transport::tcp {

bool Recovery::may_enter(const Outstanding& o) const {
  if (phase_ != RecoveryPhase::kOpen) return false;
  return o.sack || !has_timed_out_ || o.una.after(recovery_point_);
}

void Recovery::enter_fast(const Outstanding& o) {
  phase_ = RecoveryPhase::kFast;
  recovery_point_ = o.nxt;
  high_rxt_ = o.una;
  has_timed_out_ = false;
  has_rescued_ = false;
}

void Recovery::enter_loss(const Outstanding& o) {
  phase_ = RecoveryPhase::kLoss;
  recovery_point_ = o.nxt;
  high_rxt_ = o.una;
  has_timed_out_ = true;
  has_rescued_ = true;  // RFC 6675 5.1: rescue belongs to fast recovery only
}

bool Recovery::on_progress(const Outstanding& o) {
  high_rxt_ = later(high_rxt_, o.una);
  if (phase_ == RecoveryPhase::kOpen || o.una.before(recovery_point_)) return false;
  phase_ = RecoveryPhase::kOpen;
  return true;
}

void Recovery::on_retransmitted(const SeqRange& range) { high_rxt_ = later(high_rxt_, range.end); }

uint32_t Recovery::pipe(const Outstanding& o, const SackScoreboard& board, SeqNumber lost_before,
                        uint32_t assumed_received_bytes) const {
  // (a) not SACKed and not lost
  uint32_t bytes = 0;
  if (lost_before.before(o.nxt)) {
    bytes = o.nxt.since(lost_before) - board.sacked_in({lost_before, o.nxt});
  }
  bytes -= std::min(bytes, assumed_received_bytes);
  // (b) not SACKed and sent again
  if (phase_ != RecoveryPhase::kOpen && high_rxt_.after(o.una)) {
    bytes += high_rxt_.since(o.una) - board.sacked_in({o.una, high_rxt_});
  }
  return bytes;
}

SeqRange Recovery::next_lost(const Outstanding& o, const SackScoreboard& board,
                             SeqNumber lost_before) const {
  if (phase_ == RecoveryPhase::kOpen) return {o.nxt, o.nxt};
  return board.next_hole(later(o.una, high_rxt_), lost_before);
}

Recovery::Speculation Recovery::next_speculative(const Outstanding& o,
                                                 const SackScoreboard& board) const {
  const SeqRange nothing{o.nxt, o.nxt};
  if (phase_ != RecoveryPhase::kFast || board.is_empty()) return {nothing};
  const SeqRange hole = board.next_hole(later(o.una, high_rxt_), board.highest_end());
  if (!hole.is_empty()) return {hole};  // rule (3)
  const uint32_t tail = o.nxt.since(later(board.highest_end(), high_rxt_));
  if (has_rescued_ || tail == 0) return {nothing};
  return {{o.nxt - std::min(tail, o.mss_bytes), o.nxt}, true};
}

}  // namespace tapstack::transport::tcp
