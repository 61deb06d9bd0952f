// How objects in pools name one another: an index and the generation of its occupant. No pointer
// lives inside a Stack, so it can be copied or mapped elsewhere at any time.
#pragma once

#include <compare>
#include <cstdint>

namespace tapstack::mem {

using Index = uint32_t;
inline constexpr Index kNoIndex = 0xffffffffu;

// Names one occupant of one pool slot; stale after that occupant was released. Tag keeps handles of
// different pools apart.
template <class Tag>
struct Handle {
  Index index = kNoIndex;
  uint32_t generation = 0;
  constexpr bool is_null() const { return index == kNoIndex; }
  constexpr auto operator<=>(const Handle&) const = default;
};

}  // namespace tapstack::mem
