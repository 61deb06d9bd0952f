// HyStart++ (RFC 9406): leaves the first slow start when the round trip time rises, before the
// bottleneck's queue overflows. In slow start a rise begins Conservative Slow Start, a slower
// growth that either proves the rise to be noise or, after some rounds, ends in congestion
// avoidance.
#pragma once

#include <cstdint>

#include "transport/tcp/seq.h"
#include "util/time.h"

namespace tapstack::transport::tcp {

class HyStart {
 public:
  enum class Growth : uint8_t {
    kFull,          // slow start: by what was acknowledged
    kConservative,  // by a quarter of it (CSS_GROWTH_DIVISOR)
    kDone,          // ssthresh = cwnd: congestion avoidance
  };
  static constexpr uint32_t kConservativeDivisor = 4;  // RFC 9406 4.3 CSS_GROWTH_DIVISOR

  // An ACK in slow start; `nxt` is SND.NXT, `rtt` its sample, negative when it gave none.
  Growth on_ack(SeqNumber una, SeqNumber nxt, Duration rtt);

 private:
  void start_round(SeqNumber nxt);
  bool has_risen() const;

  static constexpr uint32_t kNone = UINT32_MAX;
  SeqNumber window_end_;             // windowEnd: the round ends when it is acknowledged
  uint32_t last_min_us_ = kNone;     // lastRoundMinRTT
  uint32_t current_min_us_ = kNone;  // currentRoundMinRTT
  uint32_t baseline_us_ = kNone;     // cssBaselineMinRtt; kNone: not in CSS
  uint8_t samples_ = 0;              // rttSampleCount
  uint8_t css_rounds_ = 0;
  bool has_round_ = false;
};

}  // namespace tapstack::transport::tcp
