// Hands out the indices [0, N): the one free list under every pool.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "mem/handle.h"
#include "util/assert.h"

namespace tapstack::mem {

// The smallest integer that holds an index below N and two more values.
template <size_t N>
using StoredIndex = std::conditional_t<(N < 0xfffe), uint16_t, uint32_t>;

// Last in, first out, so that warm memory is used again; indices never used so far are taken in
// order only when none was given back. Construction touches none of the N entries.
template <size_t N>
class IndexAllocator {
 public:
  static_assert(N > 0 && N < 0xfffffffe);

  IndexAllocator() {}  // user-provided: value-initialisation must not zero next_

  // kNoIndex when all are in use.
  Index allocate() {
    Index index;
    if (free_ != kEnd) {
      index = free_;
      free_ = next_[index];
    } else if (high_water_ < N) {
      index = high_water_++;
    } else {
      return kNoIndex;
    }
    next_[index] = kInUse;
    ++used_;
    return index;
  }

  void release(Index index) {
    TAPSTACK_ASSERT(is_live(index));
    next_[index] = free_;
    free_ = static_cast<Stored>(index);
    --used_;
  }

  bool is_live(Index index) const { return index < high_water_ && next_[index] == kInUse; }
  // The first index >= `from` in use; kNoIndex when there is none.
  Index next_live(Index from) const {
    for (Index i = from; i < high_water_; ++i) {
      if (next_[i] == kInUse) return i;
    }
    return kNoIndex;
  }

  size_t used() const { return used_; }
  size_t available() const { return N - used_; }
  static constexpr size_t capacity() { return N; }
  // How many were in use at the same time, at most, since construction.
  size_t high_water() const { return high_water_; }

 private:
  using Stored = StoredIndex<N>;
  // What an entry holds besides an index.
  enum : Stored { kInUse = static_cast<Stored>(-1), kEnd = static_cast<Stored>(-2) };

  uint32_t high_water_ = 0;  // entries at and above are uninitialised
  uint32_t used_ = 0;
  Stored free_ = kEnd;
  Stored next_[N];  // of a free entry: the next free one
};

}  // namespace tapstack::mem
