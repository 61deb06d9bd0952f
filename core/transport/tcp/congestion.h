// Congestion control: how much may be in the network, and how fast it may leave. One small
// interface to the algorithms, each in files of its own; chosen per connection by a tag. This is
// the only writer of cwnd and ssthresh.
//
// Told facts by: input_ack (on_ack, on_loss, on_ecn, on_recovered, on_undo), timeouts (on_timeout),
// output (on_restart, on_output_end), path (on_mss_change). What is lost is decided elsewhere.
// RFC 9293 3.8.2: slow start and congestion avoidance of RFC 5681 (MUST-19), others too (MAY-18).
#pragma once

#include <cstdint>

#include "config.h"
#include "transport/tcp/ack_sample.h"
#include "transport/tcp/bbr.h"
#include "transport/tcp/congestion_algorithm.h"
#include "transport/tcp/congestion_window.h"
#include "transport/tcp/cubic.h"
#include "transport/tcp/delivery_rate.h"
#include "transport/tcp/hystart.h"
#include "transport/tcp/seq.h"
#include "transport/tcp/window_use.h"
#include "util/time.h"

namespace tapstack::transport::tcp {

class Congestion {
 public:
  // At the end of the handshake. IW is tcp_initial_window_segments (RFC 6928); 1 segment when the
  // SYN or SYN-ACK was lost (RFC 5681 3.1).
  void start(CongestionAlgorithm algorithm, uint32_t mss_bytes, bool handshake_retransmitted);
  // At run time (TCP_CONGESTION): cwnd and ssthresh stay, the algorithm begins with them.
  void change_algorithm(CongestionAlgorithm algorithm);
  void on_mss_change(uint32_t mss_bytes) { window_.mss_bytes = mss_bytes; }
  // SO_MAX_PACING_RATE; kUnlimitedRate for none.
  void set_max_pacing_rate(uint64_t bytes_per_s) { pacing_max_bytes_per_s_ = bytes_per_s; }

  // Every ACK that delivered something, after on_loss() and on_recovered() for the same ACK.
  void on_ack(const AckSample& sample);
  // A record of sent text was found lost, before the on_loss() or on_timeout() that it may cause.
  void on_lost(const LossSample& sample);
  // A fast recovery begins: cwnd = ssthresh = the reduced window. What is reduced is cwnd: RFC 5681
  // (4) has FlightSize, lest a window that was never used count; window_use sees to that, as
  // RFC 9438 4.6 asks of those who take cwnd (Linux does).
  void on_loss(Instant now);
  // The peer echoes CE (RFC 3168 6.1.2). Once per window of data, the caller sees to that. Reduces
  // by less than for a loss (RFC 8511).
  void on_ecn(Instant now);
  // The retransmission timer fired: the loss window of one segment (RFC 5681 3.1). `again`: for a
  // segment that it fired for before, which leaves ssthresh alone.
  void on_timeout(Instant now, bool again);
  // During a fast recovery: the window that PRR allows now, at least a segment. For TCP_INFO and
  // plan_output; only where uses_prr().
  void on_recovery_window(uint32_t cwnd_bytes);
  // The fast recovery, or the reduction for ECN, is over: cwnd = ssthresh, at most `cwnd_max_bytes`
  // (RFC 6582 3.2 step 3 option 1, where there is no SACK).
  void on_recovered(uint32_t cwnd_max_bytes = kWindowMax);
  // The last reduction was for nothing (spurious): cwnd, ssthresh and the algorithm's state are
  // what they were before it (RFC 9438 4.9). Nothing when there was none since the last undo.
  void on_undo();
  // Text is about to leave while nothing is outstanding; the last left at `last_sent_at`. After
  // more than an RTO the window decays (RFC 5681 4.1, RFC 7661 4.4.2).
  void on_restart(Instant now, Instant last_sent_at, Duration rto);
  // Output stopped, having sent or not.
  void on_output_end(const OutputSample& sample);

  uint32_t cwnd_bytes() const { return window_.cwnd_bytes; }
  uint32_t ssthresh_bytes() const { return window_.ssthresh_bytes; }
  bool is_slow_start() const { return window_.is_slow_start(); }
  CongestionAlgorithm algorithm() const { return algorithm_; }
  // Whether recovery decides how much is sent while it lasts (RFC 9937); false: the algorithm does.
  bool uses_prr() const { return !is_bbr(); }
  // Whether what leaves now is to be taken for limited by the program
  // (draft-ietf-ccwg-bbr 5.3.4.3).
  bool ignores_low_rates() const { return is_bbr() && state_.bbr.ignores_low_rates(); }
  uint64_t pacing_bytes_per_s() const;  // 0: not paced
  uint32_t send_quantum_bytes() const;  // the most that may leave at once when paced

  static constexpr uint64_t kUnlimitedRate = UINT64_MAX;

 private:
  // The window and what goes with it before the last reduction.
  struct Undo {
    uint32_t cwnd_bytes = 0;  // 0: nothing to undo
    uint32_t ssthresh_bytes = 0;
  };

  struct RenoState {
    uint32_t counted_bytes = 0;  // congestion avoidance: since the last increase (RFC 3465 2.1)
  };
  struct CubicState {
    Cubic cubic;
    HyStart hystart;
  };
  // One algorithm at a time. Assigned as a whole: the tag says which member is alive.
  union State {
    State() : reno() {}
    explicit State(const CubicState& c) : cubic(c) {}
    explicit State(const BbrIfAny& b) : bbr(b) {}
    RenoState reno;
    CubicState cubic;
    BbrIfAny bbr;
  };

  uint32_t initial_window_bytes() const;
  bool is_cubic() const { return algorithm_ == CongestionAlgorithm::kCubic; }
  // Sets ssthresh; remembers what an undo needs.
  void reduce(Congested by);
  // Slow start with what was acknowledged; answers what is left for congestion avoidance.
  uint32_t slow_start(const AckSample& sample);
  void avoid_congestion(const AckSample& sample, uint32_t acked_bytes);

  bool is_bbr() const { return kConfig.tcp_bbr && algorithm_ == CongestionAlgorithm::kBbr; }

  State state_;
  CongestionWindow window_{0, 0, kConfig.tcp_mss_default_bytes};
  Undo undo_;
  WindowUse use_;
  uint64_t pacing_max_bytes_per_s_ = kUnlimitedRate;
  CongestionAlgorithm algorithm_ = CongestionAlgorithm::kNewReno;
};

}  // namespace tapstack::transport::tcp
