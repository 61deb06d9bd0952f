// One direction of a bad link: packets go in, and come out later, changed, twice or never.
#pragma once

#include <cstdint>
#include <vector>

#include "tapif/impairment.h"

namespace tapstack::tapif {

// Pure: time and seed are handed in, so a run can be repeated.
class ImpairedLink {
 public:
  struct Counters {
    uint64_t packets = 0, lost = 0, overflowed = 0, duplicated = 0, reordered = 0, corrupted = 0;
  };

  ImpairedLink(const LinkImpairment& settings, uint64_t seed);

  // Takes one packet (Ethernet header first, checksums complete), by copy.
  void put(Instant now, ConstBytes packet);

  // When the next packet is due; never when none waits.
  Instant next_deadline() const;
  // The packet that is due at `now`, empty when there is none; valid until pop() or put().
  ConstBytes front(Instant now) const;
  void pop();  // drops the packet that front() showed

  const Counters& counters() const { return counters_; }

 private:
  struct Waiting {
    Instant due;
    uint64_t order;  // of arrival: packets due at one instant leave in it
    uint32_t buffer;
    bool operator>(const Waiting& o) const { return due != o.due ? due > o.due : order > o.order; }
  };

  uint64_t random();
  bool happens(double probability);
  void enqueue(Instant now, ConstBytes packet);
  Instant schedule(Instant now, size_t bytes);
  void corrupt(Bytes packet);

  LinkImpairment settings_;
  uint64_t random_state_;
  int64_t idle_at_ns_ = 0;  // when the last bit sent at `rate` is out
  Instant last_due_;        // of what was not reordered: jitter keeps the order
  uint64_t order_ = 0;
  std::vector<Waiting> waiting_;  // a heap, the earliest first
  std::vector<std::vector<uint8_t>> buffers_;
  std::vector<uint32_t> free_buffers_;
  Counters counters_;
};

}  // namespace tapstack::tapif
