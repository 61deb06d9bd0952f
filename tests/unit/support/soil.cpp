#include "tests/unit/support/soil.h"

#include <cstdint>
#include <cstring>

namespace tapstack::test {

constexpr uint8_t kSoil = 0xa5;

void soil(void* memory, size_t bytes) { std::memset(memory, kSoil, bytes); }

size_t bytes_written(const void* memory, size_t bytes) {
  const auto* p = static_cast<const uint8_t*>(memory);
  size_t written = 0;
  for (size_t i = 0; i < bytes; ++i) written += p[i] != kSoil ? 1 : 0;
  return written;
}

}  // namespace tapstack::test
