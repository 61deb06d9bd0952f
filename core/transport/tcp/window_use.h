// Whether the congestion window was in use: one that was not says nothing about the path, so it
// must not grow, and shrinks with time (RFC 7661, in the form that Linux has: tcp_cwnd_validate).
#pragma once

#include <cstdint>

#include "transport/tcp/congestion_window.h"
#include "transport/tcp/seq.h"
#include "util/time.h"

namespace tapstack::transport::tcp {

// What output says when it stops.
struct OutputSample {
  Instant now;
  SeqNumber una;
  SeqNumber nxt;
  uint32_t pipe_bytes = 0;       // in the network
  bool is_cwnd_limited = false;  // the window held text back
  bool is_open = true;           // nothing is being repaired
  Duration rto;                  // without back-off
};

class WindowUse {
 public:
  void start() { *this = WindowUse{}; }
  // Answers the cwnd that remains after an RTO of too little use, at least `floor_bytes`; as a rule
  // that is cwnd as it was.
  uint32_t on_output_end(const OutputSample& o, const CongestionWindow& w, uint32_t floor_bytes);
  // Idleness has been accounted for otherwise.
  void on_restart(Instant now);

  // The window held text back in the last round trip.
  bool is_limited() const { return is_limited_; }
  // An ACK may enlarge the window: it was the limit in the last round trip, or in slow start, where
  // the window doubles in each, at least half of it was used (RFC 7661 4.1: it is validated).
  bool may_grow(const CongestionWindow& w) const {
    return is_limited_ || (w.is_slow_start() && w.cwnd_bytes < 2 * uint64_t{flight_max_bytes_});
  }

 private:
  uint32_t flight_max_bytes_ = 0;  // outstanding at most, in the round trip that ends at round_end_
  uint32_t used_max_bytes_ = 0;    // since limited_at_
  SeqNumber round_end_;
  SeqNumber seen_nxt_;
  Instant limited_at_;  // when the window was last in use, or was shrunk
  bool is_limited_ = false;
  bool has_started_ = false;
};

}  // namespace tapstack::transport::tcp
