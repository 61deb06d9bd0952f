// The program's memory as the trace reads it: an address that a program handed in may be wrong, and
// a call that answers EFAULT must not end the program because somebody watches.
#pragma once

#include <cstddef>
#include <optional>
#include <type_traits>

namespace tapstack::shim::trace {

// Copies up to `bytes` from where the program says; how many could be read. One system call.
size_t copy_from(const void* address, void* to, size_t bytes);

// The value there; empty when it cannot be read.
template <class T>
std::optional<T> value_at(const T* address) {
  static_assert(std::is_trivially_copyable_v<T>);
  T value{};
  if (copy_from(address, &value, sizeof value) != sizeof value) return std::nullopt;
  return value;
}

}  // namespace tapstack::shim::trace
