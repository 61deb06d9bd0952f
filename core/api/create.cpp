#include "api/create.h"

#include <algorithm>
#include <new>

#include "stack/stack.h"

namespace tapstack::api {

size_t stack_bytes() { return sizeof(Stack); }

size_t stack_alignment() { return alignof(Stack); }

Stack& create(void* memory, std::span<const uint8_t, kSeedBytes> seed) {
  StackSettings settings;
  std::copy(seed.begin(), seed.end(), settings.seed.begin());
  return *::new (memory) Stack(settings);
}

void share_sequence(Stack& stack, std::span<const uint8_t, kSeedBytes> secret) {
  Random random(secret);
  stack.layers().tcp.share_sequence(random);
}

}  // namespace tapstack::api
