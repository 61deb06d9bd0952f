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

// Sequence numbers and timestamps of TCP follow from `secret` and the clock instead of from the
// seed: before the first socket. With a secret that several stacks of one host have, one after the
// other, and a clock that goes on between them, a connection's numbers lie behind those of the
// last one between the same ports, so that a peer in TIME-WAIT lets it in and old segments do not
// fit into it (RFC 6528 3, RFC 6191), without the quiet time of RFC 9293 3.4.3.
void share_sequence(Stack& stack, std::span<const uint8_t, kSeedBytes> secret);

}  // namespace tapstack::api
