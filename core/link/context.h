// What the stack lends to its parts for the length of one call. Parts keep none of it.
#pragma once

#include "mem/packet_memory.h"
#include "timer/timers.h"
#include "util/counters.h"
#include "util/random.h"
#include "util/time.h"

namespace tapstack {

struct Context {
  Instant now;
  mem::PacketMemory& memory;
  timer::Timers& timers;
  Counters& counters;
  Random& random;

  // Counts why a packet ends here; the caller's PacketPtr then releases it.
  void drop(DropReason reason) const { counters.drop(reason); }
};

}  // namespace tapstack
