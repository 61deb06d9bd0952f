// Round trip time and retransmission time-out: RFC 9293 3.8.1, MUST-18, RFC 6298, in microseconds.
#pragma once

#include <cstdint>

#include "config.h"
#include "transport/tcp/seq.h"
#include "util/time.h"

namespace tapstack::transport::tcp {

struct RttSample {
  Duration time;
  bool is_exact = true;  // false: in ticks of the timestamps' clock (RFC 7323 4.1)
};

// RFC 6298 2.4 says that the RTO SHOULD be at least 1 s. We follow Linux, as all peers of today do:
// 200 ms are always added above SRTT, more than any delayed ACK that is in use (40 ms here and on
// Linux, up to 200 ms elsewhere), so the floor's purpose, no spurious time-out because of a delayed
// ACK, is kept, and a lost tail is repaired five times sooner.
class Rtt {
 public:
  // A round trip was measured on data that was sent once only (Karn, RFC 6298 3) or by timestamps,
  // by the ACK that moved SND.UNA to `una`. Negative samples count as zero. Ends the back-off (RFC
  // 6298 5.7 and 3).
  //
  // Every ACK gives a sample, many in a round trip, so RFC 6298 2.3 as it stands would forget a
  // large variance within one (RFC 7323 appendix G). As on Linux RTTVAR follows the largest
  // deviation of a round trip, up at once, down by a quarter of the difference at its end.
  void on_sample(const RttSample& sample, SeqNumber una, SeqNumber nxt);
  // The retransmission timer fired: RFC 6298 5.5. Doubles up to tcp_rto_max_ms.
  void on_timeout();
  // New data was acknowledged: the path works again, whatever sample it gave (RFC 6298 5.7 note).
  void on_progress() { backoff_ = 0; }
  // RFC 6298 5.7: the SYN had to be retransmitted, so the RTO starts at 3 s for the data phase.
  void on_handshake_retransmitted();

  Duration rto() const;  // with back-off, at most tcp_rto_max_ms
  Duration rto_without_backoff() const;
  Duration srtt() const { return srtt_; }
  Duration rttvar() const { return rttvar_; }
  // The shortest exact sample; until there is one the first, zero until there is any.
  Duration min_rtt() const { return min_rtt_; }
  uint8_t backoff() const { return backoff_; }
  bool has_sample() const { return has_sample_; }

 private:
  Duration srtt_;
  Duration rttvar_;         // at least a quarter of tcp_rto_min_ms
  Duration deviation_;      // smoothed
  Duration deviation_max_;  // of this round trip
  SeqNumber round_end_;
  Duration min_rtt_;
  Duration initial_rto_ = Duration::ms(kConfig.tcp_rto_initial_ms);  // RFC 6298 2.1
  uint8_t backoff_ = 0;
  bool has_sample_ = false;
  bool has_exact_sample_ = false;
};

}  // namespace tapstack::transport::tcp
