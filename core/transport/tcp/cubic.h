// CUBIC (RFC 9438): after a loss the window comes back along a cubic function of time, steep first,
// flat around the window at which the loss happened, then steep again. Knows neither the connection
// nor the clock.
//
// Windows are in bytes, where the RFC counts segments. No floating point: times in milliseconds,
// which places the curve's inflection, some seconds away, to a thousandth; fractions of a byte are
// carried over from ACK to ACK, so nothing is lost to rounding however large the window.
#pragma once

#include <cstdint>

#include "transport/tcp/congestion_window.h"
#include "util/time.h"

namespace tapstack::transport::tcp {

class Cubic {
 public:
  // Congestion avoidance: `acked_bytes` were acknowledged (at most a window) while the window was
  // in use. Answers the new cwnd. `srtt` zero: unknown.
  uint32_t grow(const CongestionWindow& w, uint32_t acked_bytes, Instant now, Duration srtt);
  // Congestion: answers ssthresh (RFC 9438 4.6; for ECN RFC 8511) and begins a new epoch, whose
  // curve aims at the present cwnd or, when windows shrink, below it (4.7); after a time-out it
  // begins where slow start ends (4.8).
  uint32_t reduce(const CongestionWindow& w, Congested by);
  // RFC 9438 4.9: that was not congestion.
  void undo() { model_ = before_; }
  // Time until `now` does not count: the window was not in use (RFC 9438 5.8).
  void on_pause(Instant now) { last_at_ = now; }

  // W_cubic(t) (RFC 9438 figure 1), `t` since the epoch began; at most kWindowMax.
  uint32_t window_at(Duration t, uint32_t mss_bytes) const;
  // K (RFC 9438 figure 2), the time at which the curve reaches W_max.
  Duration k() const { return Duration::ms(model_.k_ms); }
  uint32_t w_max_bytes() const { return model_.w_max_bytes; }
  uint32_t w_est_bytes() const { return model_.w_est_bytes; }

 private:
  // What an undo brings back (RFC 9438 4.9.1).
  struct Model {
    uint32_t w_max_bytes = 0;
    uint32_t cwnd_prior_bytes = 0;  // cwnd when ssthresh was last set
    uint32_t w_est_bytes = 0;       // what Reno would have, figure 4
    uint32_t k_ms = 0;
    Duration elapsed;  // t: since the epoch began, without pauses
    bool is_running = false;
  };

  void begin_epoch(const CongestionWindow& w);
  void grow_estimate(const CongestionWindow& w, uint32_t acked_bytes, Duration srtt);

  Model model_;
  Model before_;
  Instant last_at_;
  uint32_t cwnd_carry_ = 0;  // remainders of divisions by cwnd
  uint32_t est_carry_ = 0;
};

// The cube root, rounded down.
uint32_t cube_root(uint64_t v);

}  // namespace tapstack::transport::tcp
