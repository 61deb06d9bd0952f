// Runs one recorded sequence against a node that has just been started.
//
// A recording holds one of the courses that the RFCs allow: a node draws its reachable time (RFC
// 4861 6.3.2) and the delays before probes and solicitations (6.3.7, RFC 4862 5.4.2) at random. So
// a sequence passes if the node takes that course with one of its first kDraws draws.
#pragma once

#include <string>

#include "tests/sequences/sequence.h"

namespace tapstack::sequences {

inline constexpr uint8_t kDraws = 100;

struct Outcome {
  bool passed = true;
  uint8_t draw = 0;  // with which it passed; of a failure, what the first one shows
  // The step that failed, what it expected and what left instead: some lines.
  std::string failure;
  std::string trace;  // what happened at which time, a line each
};

Outcome run(const Sequence& sequence);
// With one draw only.
Outcome run(const Sequence& sequence, uint8_t draw);

// What routers had told the recorded node to put into Hop Limit before the sequence began; 0:
// nothing shows it. The recording node was not started anew for every sequence, so that its first
// packets, before any advertisement of this sequence, may carry the value of an earlier one.
uint8_t initial_hop_limit(const Sequence& sequence);

}  // namespace tapstack::sequences
