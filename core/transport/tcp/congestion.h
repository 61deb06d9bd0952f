// Congestion control: how much may be in the network (RFC 5681). The algorithm is chosen per
// connection by a tag; each algorithm is a file that answers the same few questions. This is the
// only writer of cwnd and ssthresh.
#pragma once

#include <cstdint>

#include "config.h"
#include "util/time.h"

namespace tapstack::transport::tcp {

enum class CongestionAlgorithm : uint8_t { kNewReno };

// What an ACK for new data said.
struct AckSample {
  uint32_t acked_bytes = 0;       // newly acknowledged, cumulatively
  uint32_t flight_bytes = 0;      // in flight before this ACK
  bool was_cwnd_limited = false;  // the window was in use, RFC 7661: only then may it grow
  Instant now;
};

class Congestion {
 public:
  // At the end of the handshake. IW is tcp_initial_window_segments (RFC 6928); 1 segment when the
  // SYN or SYN-ACK was lost (RFC 5681 3.1).
  void start(CongestionAlgorithm algorithm, uint32_t mss_bytes, bool handshake_retransmitted);
  void on_mss_change(uint32_t mss_bytes) { mss_bytes_ = mss_bytes; }

  // Outside recovery: slow start or congestion avoidance (RFC 5681 3.1).
  void on_ack(const AckSample& sample);
  // Loss found by duplicate ACKs: halves (RFC 5681 3.2 step 2), cwnd = ssthresh (RFC 6675 5 (4.2)).
  void on_loss(uint32_t flight_bytes);
  // The retransmission timer fired. `again`: for a segment that it fired for before, which leaves
  // ssthresh alone (RFC 5681 3.1).
  void on_timeout(uint32_t flight_bytes, bool again);
  // The last loss turned out to be all repaired: RFC 6582 3.2 step 3, option 1: no burst.
  void on_recovered(uint32_t flight_bytes);
  // Nothing was sent for longer than an RTO: RFC 5681 4.1 restart window.
  void on_idle();

  uint32_t cwnd_bytes() const { return cwnd_bytes_; }
  uint32_t ssthresh_bytes() const { return ssthresh_bytes_; }
  bool is_slow_start() const { return cwnd_bytes_ < ssthresh_bytes_; }
  CongestionAlgorithm algorithm() const { return algorithm_; }

 private:
  uint32_t initial_window_bytes() const;

  uint32_t mss_bytes_ = kConfig.tcp_mss_default_bytes;
  uint32_t cwnd_bytes_ = 0;
  uint32_t ssthresh_bytes_ = 0;
  uint32_t acked_bytes_ = 0;  // congestion avoidance: since the last increase (RFC 3465 2.1)
  CongestionAlgorithm algorithm_ = CongestionAlgorithm::kNewReno;
};

}  // namespace tapstack::transport::tcp
