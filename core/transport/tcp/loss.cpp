#include "transport/tcp/loss.h"

#include <algorithm>

namespace tapstack::transport::tcp {

void Loss::on_progress(const Outstanding& now, uint32_t acked_bytes) {
  if (is_all_lost_ && now.una.at_or_after(all_lost_before_)) is_all_lost_ = false;
  if (now.sack) {
    duplicates_ = 0;
    return;
  }
  const uint32_t segments = (acked_bytes + now.mss_bytes - 1) / now.mss_bytes;
  const uint32_t reported = segments > 0 ? segments - 1 : 0;
  duplicates_ -= std::min(duplicates_, reported);
}

void Loss::on_all_lost(SeqNumber nxt) {
  is_all_lost_ = true;
  all_lost_before_ = nxt;
  duplicates_ = 0;
}

SeqNumber Loss::lost_before(const Outstanding& o, const SackScoreboard& board,
                            bool is_recovering) const {
  SeqNumber edge = o.una;
  if (o.sack) {
    edge = later(edge, board.lost_before(o.una, o.mss_bytes, kDupThresh));
    // RFC 6675 5 step (1) and (2): DupAcks >= DupThresh suffices for the first segment.
    if (duplicates_ >= kDupThresh) edge = later(edge, earlier(o.una + o.mss_bytes, o.nxt));
  } else if (is_recovering || duplicates_ >= kDupThresh) {
    edge = earlier(o.una + o.mss_bytes, o.nxt);
  }
  return is_all_lost_ ? later(edge, all_lost_before_) : edge;
}

uint32_t Loss::assumed_received_bytes(const Outstanding& o) const {
  if (o.sack) return 0;
  const uint32_t flight = o.flight_bytes();
  // The first segment cannot have arrived, or there would be no duplicate ACKs.
  return std::min(duplicates_ * o.mss_bytes, flight - std::min(flight, o.mss_bytes));
}

}  // namespace tapstack::transport::tcp
