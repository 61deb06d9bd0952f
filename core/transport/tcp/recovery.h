// Whether something is being repaired, and until when. What is lost is in SentLog, how much may go
// meanwhile in Prr and Congestion.
#pragma once

#include <cstdint>

#include "transport/tcp/seq.h"

namespace tapstack::transport::tcp {

enum class RecoveryPhase : uint8_t {
  kOpen,     // nothing is being repaired
  kReduced,  // the window shrinks because of ECN, nothing is lost (RFC 3168 6.1.2)
  kFast,     // fast recovery (RFC 5681 3.2, RFC 6675, RFC 8985)
  kLoss,     // after a time-out: slow start over what is outstanding
};

class Recovery {
 public:
  // True when losses just found may start a fast recovery: not while one is running, and without
  // SACK not for duplicate ACKs that a time-out's own retransmissions cause (RFC 6582 4.1
  // "careful").
  bool may_enter_fast(SeqNumber una, bool has_sack) const;
  void enter_reduced(SeqNumber nxt) { enter(RecoveryPhase::kReduced, nxt); }
  void enter_fast(SeqNumber nxt) { enter(RecoveryPhase::kFast, nxt); }
  void enter_loss(SeqNumber nxt) { enter(RecoveryPhase::kLoss, nxt); }
  // RFC 5682 3.1 step 2b: what decides lies above what goes out now.
  void extend(SeqNumber nxt) { point_ = nxt; }
  void end() { phase_ = RecoveryPhase::kOpen; }

  // The cumulative ACK covers all that was outstanding when it began.
  bool is_complete(SeqNumber una) const { return una.at_or_after(point_); }
  RecoveryPhase phase() const { return phase_; }
  bool is(RecoveryPhase phase) const { return phase_ == phase; }
  bool is_open() const { return is(RecoveryPhase::kOpen); }
  bool is_repairing() const { return is(RecoveryPhase::kFast) || is(RecoveryPhase::kLoss); }
  // Prr has the say.
  bool is_reducing() const { return is(RecoveryPhase::kFast) || is(RecoveryPhase::kReduced); }
  SeqNumber point() const { return point_; }  // RFC 6675 RecoveryPoint, RFC 6582 recover

 private:
  void enter(RecoveryPhase phase, SeqNumber nxt);

  RecoveryPhase phase_ = RecoveryPhase::kOpen;
  SeqNumber point_;
  bool has_timed_out_ = false;  // point_ is of a time-out
};

}  // namespace tapstack::transport::tcp
