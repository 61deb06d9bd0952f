// A priority queue of deadlines for N timers named by numbers: a heap in which every node has four
// children.
//
// Why not a timing wheel, the usual choice: next_deadline() has to be exact, and a wheel knows only
// the slot that the earliest timer is in. With thousands of connections that push their
// retransmission timers ahead with every ACK, a slot holds them all, the earliest is the one that
// moves, and finding the next means walking through the slot. Here every operation touches one path
// of a tree whose height N bounds: eight levels for 29,000 timers, three for 60.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "mem/index_allocator.h"
#include "util/assert.h"
#include "util/time.h"

namespace tapstack::timer {

// Trivially copyable; construction touches one bit a timer, not the timers. is_armed, deadline and
// next_deadline are constant, arm, disarm and pop_due walk one path at most.
template <size_t N>
class DeadlineHeap {
 public:
  DeadlineHeap() {}  // user-provided: value-initialisation must not zero the storage

  bool is_armed(size_t number) const {
    TAPSTACK_ASSERT(number < N);
    return (armed_[number / kWordBits] >> (number % kWordBits) & 1) != 0;
  }
  Instant deadline(size_t number) const {
    return is_armed(number) ? at(place_[number]).deadline : Instant::never();
  }
  Instant next_deadline() const { return count_ == 0 ? Instant::never() : at(0).deadline; }
  size_t armed() const { return count_; }

  // Instant::never() disarms.
  void arm(size_t number, Instant deadline) {
    if (deadline.is_never()) return disarm(number);
    const Entry entry{deadline, armings_++, static_cast<Number>(number)};
    if (is_armed(number)) return settle(place_[number], entry);
    mark(number, true);
    rise(count_++, entry);
  }

  // No effect when not armed.
  void disarm(size_t number) {
    if (!is_armed(number)) return;
    mark(number, false);
    const size_t place = place_[number];
    const Entry last = at(--count_);
    if (place != count_) settle(place, last);
  }

  // The earliest timer if it is due at `now`, disarmed; N when there is none.
  size_t pop_due(Instant now) {
    if (count_ == 0 || at(0).deadline > now) return N;
    const size_t number = at(0).number;
    disarm(number);
    return number;
  }

 private:
  using Number = mem::StoredIndex<N>;
  static constexpr size_t kChildren = 4;
  static constexpr size_t kWordBits = 32;

  struct Entry {
    Instant deadline;
    uint32_t order;  // of arming, modulo 2^32: decides between equal deadlines
    Number number;

    bool is_before(const Entry& o) const {
      if (deadline != o.deadline) return deadline < o.deadline;
      return static_cast<int32_t>(order - o.order) < 0;
    }
  };

  // Storage whose construction does nothing: Instant initialises itself.
  union Slot {
    Slot() {}
    Entry entry;
  };

  const Entry& at(size_t place) const { return slots_[place].entry; }

  void mark(size_t number, bool is_armed) {
    const uint32_t bit = 1u << (number % kWordBits);
    uint32_t& word = armed_[number / kWordBits];
    word = is_armed ? word | bit : word & ~bit;
  }

  void put(size_t place, const Entry& entry) {
    slots_[place].entry = entry;
    place_[entry.number] = static_cast<Number>(place);
  }

  // Puts `entry` where `place` was vacated, or as far up or down from there as it belongs.
  void settle(size_t place, const Entry& entry) {
    if (place > 0 && entry.is_before(at((place - 1) / kChildren))) {
      rise(place, entry);
    } else {
      sink(place, entry);
    }
  }

  void rise(size_t place, const Entry& entry) {
    while (place > 0) {
      const size_t parent = (place - 1) / kChildren;
      if (!entry.is_before(at(parent))) break;
      put(place, at(parent));
      place = parent;
    }
    put(place, entry);
  }

  void sink(size_t place, const Entry& entry) {
    for (;;) {
      const size_t first = place * kChildren + 1;
      if (first >= count_) break;
      size_t earliest = first;
      const size_t end = std::min<size_t>(first + kChildren, count_);
      for (size_t child = first + 1; child < end; ++child) {
        if (at(child).is_before(at(earliest))) earliest = child;
      }
      if (!at(earliest).is_before(entry)) break;
      put(place, at(earliest));
      place = earliest;
    }
    put(place, entry);
  }

  uint32_t count_ = 0;
  uint32_t armings_ = 0;
  uint32_t armed_[(N + kWordBits - 1) / kWordBits] = {};
  Number place_[N];  // in the heap; valid when armed
  Slot slots_[N];    // the heap: [0, count_)
};

}  // namespace tapstack::timer
