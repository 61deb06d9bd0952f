// How much text may leave in one go (one superframe). Large pieces are cheap to send but come out
// of the device as a burst: about a millisecond's worth at the connection's rate is a compromise
// (Linux: tcp_tso_autosize()), and never more than half a congestion window, so that the ACKs of
// one piece let the next go while the other is on its way.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "config.h"
#include "util/time.h"

namespace tapstack::transport::tcp {

// The most text of a superframe: it shares the size with an IP header and a TCP header with
// options.
constexpr uint32_t kBurstTextBytesMax = [] {
  constexpr size_t kHeaders = 20 + 60 + 40;
  return static_cast<uint32_t>(std::max(kConfig.superframe_bytes, kHeaders) - kHeaders);
}();

struct BurstFacts {
  uint32_t segment_bytes = 0;  // text of a full segment, not 0
  uint32_t cwnd_bytes = 0;
  uint32_t segments_min = 2;  // Settings::burst_segments_min
  bool is_slow_start = false;
  Duration srtt;  // zero until there is one
  Duration min_rtt;
};

// A multiple of segment_bytes, at least one segment, at most `most_bytes` (a multiple too).
constexpr uint32_t burst_bytes(const BurstFacts& f, uint32_t most_bytes) {
  constexpr int64_t kSpanUs = 1024;
  uint64_t bytes = most_bytes;
  if (f.srtt > Duration{}) {
    // The rate of a paced sender: twice the window a round trip while it doubles, 1.2 times later.
    const uint64_t fifths = f.is_slow_start ? 10 : 6;
    const auto srtt_us = static_cast<uint64_t>(f.srtt.us());
    bytes = uint64_t{f.cwnd_bytes} * fifths * kSpanUs / 5 / srtt_us;
    // On short paths it is the cost that counts: half as much with each half millisecond.
    const int64_t halvings = f.min_rtt.us() / (kSpanUs / 2);
    if (halvings < 32) bytes += most_bytes >> halvings;
  }
  const uint64_t half_window = f.cwnd_bytes / 2 / f.segment_bytes;
  const uint64_t by_rate =
      std::max<uint64_t>(std::min<uint64_t>(bytes, most_bytes) / f.segment_bytes, f.segments_min);
  const uint64_t segments = std::max<uint64_t>(std::min(by_rate, half_window), 1);
  return static_cast<uint32_t>(std::min<uint64_t>(segments * f.segment_bytes, most_bytes));
}

}  // namespace tapstack::transport::tcp
