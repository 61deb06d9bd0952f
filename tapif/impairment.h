// What a bad link does to frames, and its textual form (TAPSTACK_IMPAIR).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tapif/device.h"

namespace tapstack::tapif {

// One direction. Probabilities lie in [0, 1] and are drawn for each packet by itself.
struct LinkImpairment {
  Duration delay{};    // added to every packet
  Duration jitter{};   // and a uniform share of [-jitter, +jitter]; order is kept
  double loss = 0;     // packet vanishes
  double reorder = 0;  // packet is held back by `gap` and others overtake it
  Duration gap = Duration::ms(1);
  double duplicate = 0;               // packet comes twice
  double corrupt = 0;                 // one bit of an IP packet is flipped
  uint64_t rate_bits_per_second = 0;  // 0: as fast as the device
  uint32_t limit_packets = 10'000;    // waiting at most; more are dropped
};

struct Impairment {
  LinkImpairment in;   // from the host to the stack
  LinkImpairment out;  // from the stack to the host
  uint64_t seed = 1;   // the same seed and the same packets give the same losses
};

// Parses "delay=20ms,jitter=2ms,loss=1%,reorder=0.5%,gap=1ms,dup=1%,corrupt=0.1%,rate=100mbit,
// limit=1000,seed=7". A name with "in." or "out." in front concerns that direction only. Times take
// us, ms, s; probabilities % or a fraction; rates bit, kbit, mbit, gbit. The failure (EINVAL) names
// the part that is wrong and what would be right.
Failure parse_impairment(std::string_view text, Impairment& impairment);

}  // namespace tapstack::tapif
