// What to send again, and when recovery is over: NewReno (RFC 6582) and SACK (RFC 6675) in one
// scheme. Both steer by `pipe`, the estimate of bytes in the network, against cwnd; NewReno's
// window inflation (RFC 6582 3.2 steps 2-4) is the same thing said differently: each duplicate ACK
// takes a segment out of the pipe.
#pragma once

#include <cstdint>

#include "transport/tcp/loss.h"
#include "transport/tcp/sack_scoreboard.h"
#include "transport/tcp/seq.h"

namespace tapstack::transport::tcp {

enum class RecoveryPhase : uint8_t {
  kOpen,  // nothing is being repaired
  kFast,  // fast recovery: cwnd stands at ssthresh
  kLoss,  // after a time-out: slow start over everything outstanding
};

class Recovery {
 public:
  // True when losses just found may start a fast recovery: not while one is running, and without
  // SACK not for duplicate ACKs that a time-out's own retransmissions cause (RFC 6582 4.1
  // "careful").
  bool may_enter(const Outstanding& o) const;
  void enter_fast(const Outstanding& o);
  void enter_loss(const Outstanding& o);
  // The cumulative ACK moved to o.una. True when that ends a recovery.
  bool on_progress(const Outstanding& o);
  // Retransmission may begin again at una, because what was retransmitted is lost too or was
  // refused.
  void restart(SeqNumber una) { high_rxt_ = una; }
  // [range] has been sent again.
  void on_retransmitted(const SeqRange& range);
  void on_rescued() { has_rescued_ = true; }

  // RFC 6675 4, SetPipe().
  uint32_t pipe(const Outstanding& o, const SackScoreboard& board, SeqNumber lost_before,
                uint32_t assumed_received_bytes) const;
  // RFC 6675 4, NextSeg(), rules (1), and if no new data can be sent, (3) and (4): a range to send
  // again, of any length; empty when there is none. The caller sends a prefix of it.
  SeqRange next_lost(const Outstanding& o, const SackScoreboard& board,
                     SeqNumber lost_before) const;
  struct Speculation {
    SeqRange range;
    bool is_rescue = false;  // rule (4): does not move high_rxt; tell on_rescued()
  };
  Speculation next_speculative(const Outstanding& o, const SackScoreboard& board) const;

  RecoveryPhase phase() const { return phase_; }
  bool is_open() const { return phase_ == RecoveryPhase::kOpen; }
  SeqNumber recovery_point() const { return recovery_point_; }
  SeqNumber high_rxt() const { return high_rxt_; }

 private:
  RecoveryPhase phase_ = RecoveryPhase::kOpen;
  SeqNumber recovery_point_;    // RFC 6675 RecoveryPoint, RFC 6582 recover
  SeqNumber high_rxt_;          // RFC 6675 HighRxt + 1: end of what was sent again
  bool has_timed_out_ = false;  // recovery_point_ is of a time-out
  bool has_rescued_ = false;    // RFC 6675 RescueRxt: once a recovery
};

}  // namespace tapstack::transport::tcp
