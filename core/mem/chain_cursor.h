// Remembers where a position in a long chain is, so that finding the next one does not walk from
// the head: a sender that cuts segment after segment from its queue.
#pragma once

#include "mem/handle.h"

namespace tapstack::mem {

// A stored value, of one chain. Appending to the chain leaves it right; whoever trims or splits the
// chain's front by `n` bytes says so with on_trim_front(n), after trimming its back: reset().
class ChainCursor {
 public:
  void reset() { *this = ChainCursor(); }
  void on_trim_front(uint32_t n) {
    if (start_ >= n && slice_ != kNoIndex) {
      start_ -= n;
    } else {
      reset();
    }
  }

 private:
  friend class PacketMemory;
  Index slice_ = kNoIndex;
  uint32_t start_ = 0;  // offset in the chain of the slice's first byte
};

}  // namespace tapstack::mem
