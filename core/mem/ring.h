// A first-in-first-out queue of at most N values, stored inside.
#pragma once

#include <cstddef>
#include <cstdint>

#include "util/assert.h"

namespace tapstack::mem {

template <class T, size_t N>
class Ring {
 public:
  static_assert(N > 0 && N <= 0x7fffffff);

  bool is_empty() const { return size_ == 0; }
  bool is_full() const { return size_ == N; }
  size_t size() const { return size_; }
  static constexpr size_t capacity() { return N; }

  // False when full; the ring is then as it was.
  bool push(const T& value) {
    if (is_full()) return false;
    values_[place(size_)] = value;
    ++size_;
    return true;
  }
  // Not when empty.
  T pop() {
    TAPSTACK_ASSERT(!is_empty());
    const T value = values_[begin_];
    begin_ = place(1);
    --size_;
    return value;
  }
  // The n-th oldest, n < size().
  T& at(size_t n) {
    TAPSTACK_ASSERT(n < size_);
    return values_[place(static_cast<uint32_t>(n))];
  }
  const T& at(size_t n) const {
    TAPSTACK_ASSERT(n < size_);
    return values_[place(static_cast<uint32_t>(n))];
  }
  T& front() { return at(0); }
  const T& front() const { return at(0); }
  void clear() { begin_ = size_ = 0; }

 private:
  uint32_t place(uint32_t n) const { return static_cast<uint32_t>((begin_ + n) % N); }

  uint32_t begin_ = 0;
  uint32_t size_ = 0;
  T values_[N];
};

}  // namespace tapstack::mem
