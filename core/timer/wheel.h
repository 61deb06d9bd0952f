// A hierarchical timing wheel, exact to the microsecond, for N timers named by numbers.
//
// Where a timer lies follows from its deadline and `elapsed_`, the time up to which everything has
// expired: the highest digit (of SlotBits bits) in which the two differ chooses the level, the
// deadline's value of that digit the slot. Hence:
// - the earliest deadline is in the first occupied slot of the lowest occupied level;
// - timers of equal deadline are in the same slot, in the order of arming;
// - when `elapsed_` moves on, at most one slot has to be spread over the levels below it.
// Deadlines that differ above the highest level wait in an overflow list. Bitmaps say which slots
// are occupied, and each slot remembers its earliest timer.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "mem/index_allocator.h"
#include "util/assert.h"
#include "util/time.h"

namespace tapstack::timer {

// Trivially copyable; construction touches the slots and one bit a timer, not the timers.
// Costs: arm, disarm, is_armed, deadline: constant. pop_due: constant, and over its life a timer
// moves down at most Levels times. next_deadline: constant, plus one walk through the first slot
// when the earliest timer in it has been disarmed.
template <size_t N, unsigned SlotBits, unsigned Levels>
class Wheel {
 public:
  static_assert(SlotBits >= 1 && SlotBits <= 6 && SlotBits * Levels < 64);

  Wheel() {
    for (Slot& slot : slots_) slot = {kNone, kNone, kNone};
  }

  bool is_armed(size_t number) const {
    TAPSTACK_ASSERT(number < N);
    return (armed_[number / kWordBits] >> (number % kWordBits) & 1) != 0;
  }
  Instant deadline(size_t number) const {
    return is_armed(number) ? instant_of(nodes_[number].deadline) : Instant::never();
  }
  size_t armed() const { return count_; }

  void arm(size_t number, Instant deadline) {
    disarm(number);
    if (deadline.is_never()) return;
    Node& node = nodes_[number];
    node.deadline = tick_of(deadline) < elapsed_ ? elapsed_ : tick_of(deadline);
    link(static_cast<Number>(number));
    armed_[number / kWordBits] |= 1u << (number % kWordBits);
    ++count_;
  }

  void disarm(size_t number) {
    if (!is_armed(number)) return;
    unlink(static_cast<Number>(number));
    armed_[number / kWordBits] &= ~(1u << (number % kWordBits));
    --count_;
  }

  Instant next_deadline() const {
    return count_ == 0 ? Instant::never() : instant_of(nodes_[earliest()].deadline);
  }

  // The earliest timer if it is due at `now`, disarmed; N when there is none.
  size_t pop_due(Instant now) {
    const Tick to = tick_of(now);
    const Number first = count_ == 0 ? kNone : earliest();
    if (first == kNone || nodes_[first].deadline > to) {
      if (to > elapsed_) advance(to);
      return N;
    }
    if (nodes_[first].deadline > elapsed_) advance(nodes_[first].deadline);
    disarm(first);
    return first;
  }

 private:
  using Number = mem::StoredIndex<N>;
  static constexpr Number kNone = static_cast<Number>(-1);
  static constexpr unsigned kWordBits = 32;
  static constexpr unsigned kSlotsPerLevel = 1u << SlotBits;
  static constexpr unsigned kOverflow = Levels * kSlotsPerLevel;

  // Microseconds with the sign bit turned over, so that they order as unsigned numbers.
  using Tick = uint64_t;
  static constexpr Tick kSign = Tick{1} << 63;
  static Tick tick_of(Instant instant) { return static_cast<Tick>(instant.us()) ^ kSign; }
  static Instant instant_of(Tick tick) {
    return Instant::from_us(static_cast<int64_t>(tick ^ kSign));
  }

  struct Node {
    Tick deadline;
    Number prev, next;
  };
  struct Slot {
    Number head, tail;
    Number min;  // the earliest in the list; kNone: to be found
  };

  unsigned slot_for(Tick deadline) const {
    const Tick differs = deadline ^ elapsed_;
    const unsigned level =
        differs == 0 ? 0 : (63 - static_cast<unsigned>(std::countl_zero(differs))) / SlotBits;
    if (level >= Levels) return kOverflow;
    return level * kSlotsPerLevel +
           static_cast<unsigned>((deadline >> (level * SlotBits)) & (kSlotsPerLevel - 1));
  }

  unsigned first_slot() const {  // only when count_ > 0
    for (unsigned level = 0; level < Levels; ++level) {
      if (occupied_[level] != 0) {
        return level * kSlotsPerLevel + static_cast<unsigned>(std::countr_zero(occupied_[level]));
      }
    }
    return kOverflow;
  }

  // In a slot the first of several with the same deadline counts: the one armed first.
  Number earliest() const {
    Slot& slot = slots_[first_slot()];
    if (slot.min == kNone) {
      slot.min = slot.head;
      for (Number i = nodes_[slot.head].next; i != kNone; i = nodes_[i].next) {
        if (nodes_[i].deadline < nodes_[slot.min].deadline) slot.min = i;
      }
    }
    return slot.min;
  }

  void link(Number number) {
    Node& node = nodes_[number];
    const unsigned place = slot_for(node.deadline);
    Slot& slot = slots_[place];
    const bool was_empty = slot.head == kNone;
    node.prev = slot.tail;
    node.next = kNone;
    (was_empty ? slot.head : nodes_[slot.tail].next) = number;
    slot.tail = number;
    // An unknown minimum stays unknown: the new one may be earlier than it or not.
    if (was_empty || (slot.min != kNone && node.deadline < nodes_[slot.min].deadline)) {
      slot.min = number;
    }
    if (was_empty && place != kOverflow) {
      occupied_[place / kSlotsPerLevel] |= uint64_t{1} << (place % kSlotsPerLevel);
    }
  }

  void unlink(Number number) {
    const Node& node = nodes_[number];
    const unsigned place = slot_for(node.deadline);
    Slot& slot = slots_[place];
    (node.prev == kNone ? slot.head : nodes_[node.prev].next) = node.next;
    (node.next == kNone ? slot.tail : nodes_[node.next].prev) = node.prev;
    if (slot.min == number) slot.min = kNone;
    if (slot.head == kNone && place != kOverflow) {
      occupied_[place / kSlotsPerLevel] &= ~(uint64_t{1} << (place % kSlotsPerLevel));
    }
  }

  // Lets time pass to `to`, not beyond the earliest deadline. Whatever shares the highest digit
  // that changes with `to` now differs from it in lower digits only; all levels below are empty,
  // because a timer there would be due before `to`.
  void advance(Tick to) {
    const unsigned place = slot_for(to);
    elapsed_ = to;
    Slot& slot = slots_[place];
    Number number = slot.head;
    if (number == kNone) return;
    slot = {kNone, kNone, kNone};
    if (place != kOverflow) {
      occupied_[place / kSlotsPerLevel] &= ~(uint64_t{1} << (place % kSlotsPerLevel));
    }
    while (number != kNone) {
      const Number next = nodes_[number].next;
      link(number);
      number = next;
    }
  }

  Tick elapsed_ = 0;
  uint32_t count_ = 0;
  uint32_t armed_[(N + kWordBits - 1) / kWordBits] = {};
  uint64_t occupied_[Levels] = {};     // a bit for each slot of a level
  mutable Slot slots_[kOverflow + 1];  // mutable: `min` is found when it is asked for
  Node nodes_[N];                      // valid when armed
};

}  // namespace tapstack::timer
