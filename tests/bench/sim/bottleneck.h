// One direction of a path whose narrowest link has a rate and a queue: frames wait in a drop-tail
// queue, leave at the rate, and arrive after the propagation delay. Random loss and reordering
// happen behind the queue. Pure: time and seed are handed in.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include "core/api/run.h"
#include "tests/sim/dice.h"

namespace tapstack::bench {

inline constexpr int64_t kMbit = 1'000'000;  // bits

struct BottleneckSettings {
  int64_t rate_bits_per_second = 0;  // of whole Ethernet frames; 0: no limit, no queue
  int64_t queue_bytes = INT64_MAX;   // with the frame that is being sent; more is dropped
  Duration delay{};                  // propagation, each frame
  double loss = 0;                   // probability of each frame
  double reorder = 0;                // probability that a frame comes `reorder_delay` late
  Duration reorder_delay{};
  int64_t mark_bytes = 0;  // ECN-capable IPv4 frames that find so much queued get CE; 0: none
  // Frames for which it answers true vanish in front of the queue; may be empty.
  std::function<bool(Instant, ConstBytes)> drops{};
};

class Bottleneck {
 public:
  struct Counters {
    uint64_t frames = 0;          // handed in
    uint64_t overflowed = 0;      // dropped by the queue
    uint64_t lost = 0;            // at random
    uint64_t planned = 0;         // by `drops`
    uint64_t reordered = 0;       //
    uint64_t marked = 0;          //
    int64_t queue_delay_us = 0;   // summed over the frames that the queue took
    int64_t queue_bytes_max = 0;  // the fullest it was
  };

  Bottleneck(const BottleneckSettings& settings, sim::Dice dice);

  // Takes one frame (Ethernet header first), by copy.
  void put(Instant now, ConstBytes frame);
  // When the next frame arrives; never() when none is on the way.
  Instant next_arrival() const;
  // The frame that arrives next; there must be one. Valid until pop() or put().
  ConstBytes front() const;
  void pop();

  // Bytes that wait for the link at `now`, the frame that is being sent included.
  int64_t backlog_bytes(Instant now) const;
  const Counters& counters() const { return counters_; }

 private:
  struct OnTheWay {
    Instant arrival;
    std::vector<uint8_t> frame;
  };
  bool is_late_first() const;
  int64_t departure_ns(Instant now, size_t bytes);
  std::vector<uint8_t> copy(ConstBytes frame);

  BottleneckSettings settings_;
  sim::Dice dice_;
  int64_t free_at_ns_ = 0;           // when the last frame that was taken has left the queue
  std::deque<OnTheWay> in_order_;    // arrivals never decrease
  std::vector<OnTheWay> reordered_;  // few: looked through, the earliest last
  std::vector<std::vector<uint8_t>> spare_;
  Counters counters_;
};

}  // namespace tapstack::bench
