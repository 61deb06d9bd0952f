#include "transport/tcp/recovery.h"

namespace tapstack::transport::tcp {

bool Recovery::may_enter_fast(SeqNumber una, bool has_sack) const {
  if (is_repairing()) return false;
  return has_sack || !has_timed_out_ || una.after(point_);
}

void Recovery::enter(RecoveryPhase phase, SeqNumber nxt) {
  phase_ = phase;
  point_ = nxt;
  has_timed_out_ = phase == RecoveryPhase::kLoss;
}

}  // namespace tapstack::transport::tcp
