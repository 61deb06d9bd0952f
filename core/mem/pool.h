// A fixed number of objects of one type, named by handles that notice when their object is gone.
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>

#include "mem/handle.h"
#include "mem/index_allocator.h"
#include "util/assert.h"

namespace tapstack::mem {

// Trivially copyable; construction touches no storage. A handle goes stale when its object is
// released; it could be mistaken for a later occupant only after 2^32 more allocations of its slot.
template <class T, size_t N, class Tag>
class Pool {
 public:
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);
  using Id = Handle<Tag>;

  Pool() {}  // user-provided: value-initialisation must not zero the storage

  // A default-initialised T (members without initialiser are indeterminate); null when exhausted.
  Id allocate() {
    const size_t fresh = slots_.high_water();
    const Index index = slots_.allocate();
    if (index == kNoIndex) return {};
    generations_[index] = index == fresh ? 1 : generations_[index] + 1;
    if (generations_[index] == 0) generations_[index] = 1;  // 0 is what a null handle holds
    ::new (static_cast<void*>(&storage_[index].value)) T;
    return {index, generations_[index]};
  }
  void release(Id id) {
    TAPSTACK_ASSERT(get(id) != nullptr);
    slots_.release(id.index);
  }
  void release_at(Index index) { slots_.release(index); }

  // nullptr for a null or stale handle.
  T* get(Id id) { return is_current(id) ? &storage_[id.index].value : nullptr; }
  const T* get(Id id) const { return is_current(id) ? &storage_[id.index].value : nullptr; }

  // By index, for those who know that it is in use.
  T& at(Index index) {
    TAPSTACK_ASSERT(slots_.is_live(index));
    return storage_[index].value;
  }
  const T& at(Index index) const {
    TAPSTACK_ASSERT(slots_.is_live(index));
    return storage_[index].value;
  }
  // The handle of the occupant of `index`; null when the slot is free.
  Id id_at(Index index) const {
    return slots_.is_live(index) ? Id{index, generations_[index]} : Id{};
  }

  // Walks the live ones: for (Index i = p.next_live(0); i != kNoIndex; i = p.next_live(i + 1)). For
  // dumps and rare events, not for the path of a packet. Releasing `i` on the way is allowed.
  Index next_live(Index from) const { return slots_.next_live(from); }

  size_t used() const { return slots_.used(); }
  size_t high_water() const { return slots_.high_water(); }
  static constexpr size_t capacity() { return N; }

 private:
  // Storage whose construction does nothing.
  union Slot {
    Slot() {}
    T value;
  };

  bool is_current(Id id) const {
    return slots_.is_live(id.index) && generations_[id.index] == id.generation;
  }

  IndexAllocator<N> slots_;
  uint32_t generations_[N];  // valid below slots_.high_water()
  Slot storage_[N];
};

}  // namespace tapstack::mem
