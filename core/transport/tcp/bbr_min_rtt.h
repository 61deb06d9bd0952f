// BBR: the least round trip time of the last ten seconds, and when it is time to look for it with
// an empty queue (draft-ietf-ccwg-bbr 5.3.4.3, UpdateMinRTT()).
#pragma once

#include "util/time.h"

namespace tapstack::transport::tcp {

class BbrMinRtt {
 public:
  void start(Instant now);
  // On every ACK; `rtt` negative when it gave no sample.
  void update(Instant now, Duration rtt);
  // ProbeRTT is over: the next is due an interval from now.
  void schedule(Instant now) { probe_stamp_ = now; }

  bool has_sample() const { return min_rtt_ != kNone; }
  Duration min_rtt() const { return min_rtt_; }
  bool is_probe_due() const { return is_probe_due_; }  // BBR.probe_rtt_expired

 private:
  static constexpr Duration kNone = Duration::us(INT64_MAX);
  Duration min_rtt_ = kNone;
  Duration probe_min_ = kNone;  // BBR.probe_rtt_min_delay
  Instant min_stamp_;
  Instant probe_stamp_;  // BBR.probe_rtt_min_stamp
  bool is_probe_due_ = false;
};

}  // namespace tapstack::transport::tcp
