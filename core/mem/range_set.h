// A bounded set of half-open ranges: which bytes of a datagram or of a sequence space are there.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "util/assert.h"

namespace tapstack::mem {

// [begin, end). Key orders with `<`: an integer, or a sequence number type whose `<` compares
// modulo 2^32, as long as everything in one set lies within half of that space.
template <class Key>
struct Range {
  Key begin{};
  Key end{};
  constexpr bool operator==(const Range&) const = default;
};

// Ranges are kept in order, disjoint and not touching; at most N of them.
template <class Key, size_t N>
class RangeSet {
 public:
  using RangeType = Range<Key>;
  static_assert(N > 0);

  bool is_empty() const { return size_ == 0; }
  size_t size() const { return size_; }
  static constexpr size_t capacity() { return N; }
  // In ascending order.
  std::span<const RangeType> ranges() const { return {ranges_.data(), size_}; }
  void clear() { size_ = 0; }

  // Adds [begin, end), merging it with what it overlaps or touches; begin < end. False when that
  // would take one range more than N; the set is then as it was.
  bool insert(Key begin, Key end) {
    TAPSTACK_ASSERT(begin < end);
    size_t first = 0;  // the first that ends at or behind `begin`
    while (first < size_ && ranges_[first].end < begin) ++first;
    size_t last = first;  // behind the last that begins at or before `end`
    while (last < size_ && !(end < ranges_[last].begin)) ++last;
    if (first == last) {
      if (size_ == N) return false;
      open(first);
      ranges_[first] = {begin, end};
      return true;
    }
    RangeType& merged = ranges_[first];
    if (begin < merged.begin) merged.begin = begin;
    if (end < ranges_[last - 1].end) end = ranges_[last - 1].end;
    merged.end = end;
    close(first + 1, last);
    return true;
  }

  // Whether all, or any, of [begin, end) is in the set.
  bool covers(Key begin, Key end) const {
    const RangeType* range = find(begin);
    return range != nullptr && !(range->end < end);
  }
  bool overlaps(Key begin, Key end) const {
    for (const RangeType& range : ranges()) {
      if (begin < range.end) return range.begin < end;
    }
    return false;
  }
  // The range that holds `key`; nullptr when there is none. Valid until the set changes.
  const RangeType* find(Key key) const {
    for (const RangeType& range : ranges()) {
      if (key < range.end) return key < range.begin ? nullptr : &range;
    }
    return nullptr;
  }

  // The first key at or behind `from` that is not in the set.
  Key first_gap(Key from) const {
    const RangeType* range = find(from);
    return range == nullptr ? from : range->end;
  }
  // The first gap at or behind `from`: from first_gap() to the next range. False, and a gap without
  // end, when no range follows.
  bool find_gap(Key from, RangeType& gap) const {
    gap.begin = first_gap(from);
    for (const RangeType& range : ranges()) {
      if (gap.begin < range.begin) {
        gap.end = range.begin;
        return true;
      }
    }
    gap.end = gap.begin;
    return false;
  }

  // Forgets everything before `key`.
  void remove_below(Key key) {
    size_t gone = 0;
    while (gone < size_ && !(key < ranges_[gone].end)) ++gone;
    close(0, gone);
    if (size_ > 0 && ranges_[0].begin < key) ranges_[0].begin = key;
  }

 private:
  void open(size_t at) {
    for (size_t i = size_; i > at; --i) ranges_[i] = ranges_[i - 1];
    ++size_;
  }
  void close(size_t from, size_t to) {
    for (size_t i = to; i < size_; ++i) ranges_[from + i - to] = ranges_[i];
    size_ -= static_cast<uint32_t>(to - from);
  }

  uint32_t size_ = 0;
  std::array<RangeType, N> ranges_{};
};

}  // namespace tapstack::mem
