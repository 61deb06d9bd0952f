// Making a Stack in memory that the embedder supplies.
#pragma once

#include "api/types.h"

namespace tapstack {
class Stack;
}

namespace tapstack::api {

inline constexpr size_t kSeedBytes = 32;

// Memory that a Stack of this profile takes, in bytes, and its alignment.
size_t stack_bytes();
size_t stack_alignment();

// Constructs a Stack at the start of `memory` (stack_bytes() at stack_alignment(), zero-filled or
// not) without touching its pools. `seed` is entropy for sequence numbers, ports and identifiers;
// the same seed and inputs give the same outputs. Nothing is to be destroyed afterwards.
Stack& create(void* memory, std::span<const uint8_t, kSeedBytes> seed);

}  // namespace tapstack::api
