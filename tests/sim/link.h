// A wire between hosts that does to frames what networks do, decided by a seed.
#pragma once

#include <cstdint>
#include <queue>
#include <vector>

#include "api/run.h"
#include "tests/sim/dice.h"

namespace tapstack::sim {

struct LinkSettings {
  Duration delay;   // each frame
  Duration jitter;  // up to so much more; frames overtake one another
  double loss = 0;  // probabilities of each frame
  double duplicate = 0;
  double corrupt = 0;  // one bit of an IP packet
};

struct FrameInFlight {
  Instant arrival;
  uint64_t number = 0;  // of equal arrivals the older one is first
  int to = 0;           // host
  std::vector<uint8_t> bytes;
  api::Offload offload;

  bool operator<(const FrameInFlight& o) const {  // std::priority_queue gives the greatest first
    return arrival != o.arrival ? arrival > o.arrival : number > o.number;
  }
};

class Link {
 public:
  Link(const LinkSettings& settings, int hosts, Dice dice)
      : settings_(settings), hosts_(hosts), dice_(dice) {}

  // A frame that `from` sends goes to every other host, like on a hub: the stacks sort out whom it
  // is for.
  void send(Instant now, int from, std::vector<uint8_t> bytes, const api::Offload& offload);
  // never() when nothing is on the way.
  Instant next_arrival() const;
  FrameInFlight take();
  bool is_empty() const { return in_flight_.empty(); }
  const LinkSettings& settings() const { return settings_; }

 private:
  void launch(Instant now, int to, std::vector<uint8_t> bytes, const api::Offload& offload);

  LinkSettings settings_;
  int hosts_;
  Dice dice_;
  uint64_t launched_ = 0;
  std::priority_queue<FrameInFlight> in_flight_;
};

}  // namespace tapstack::sim
