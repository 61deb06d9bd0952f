// Pointers that a program hands in. The kernel answers EFAULT for what is no memory; the hooks,
// which read and write it themselves, would end the program.
#pragma once

#include <cstdint>

namespace tapstack::shim {

// `pointer`, or null where no program's memory can be: below vm.mmap_min_addr's default, or in the
// kernel's half of the address space. A page that is merely not mapped is not told: that would cost
// a system call each time.
template <class T>
T* usable(T* pointer) {
  constexpr uintptr_t kLowest = 65'536;
  const auto number = reinterpret_cast<uintptr_t>(pointer);
  return number < kLowest || static_cast<intptr_t>(number) < 0 ? nullptr : pointer;
}

// Not null, and no memory either.
inline bool is_no_memory(const void* pointer) {
  return pointer != nullptr && usable(pointer) == nullptr;
}

}  // namespace tapstack::shim
