// Runs one recorded sequence against a node that has just been started.
#pragma once

#include <string>

#include "tests/sequences/sequence.h"

namespace tapstack::sequences {

struct Outcome {
  bool passed = true;
  // The step that failed, what it expected and what left instead: some lines.
  std::string failure;
  std::string trace;  // what happened at which time, a line each
};

Outcome run(const Sequence& sequence);

// What routers had told the recorded node to put into Hop Limit before the sequence began; 0:
// nothing shows it. The recording node was not started anew for every sequence, so that its first
// packets, before any advertisement of this sequence, may carry the value of an earlier one.
uint8_t initial_hop_limit(const Sequence& sequence);

}  // namespace tapstack::sequences
