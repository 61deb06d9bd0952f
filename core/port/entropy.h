// What an embedder supplies: entropy, once, when the stack is made.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>

namespace tapstack::port {

// fill(bytes): bytes that nobody can guess, from a hardware generator or what stands in for one.
// Sequence numbers (RFC 6528), ports (RFC 6056) and hash keys are derived from it: a device that
// starts with the same bytes every time can be attacked blindly.
template <class T>
concept Entropy = requires(T entropy, std::span<uint8_t> bytes) {
  entropy.fill(bytes);
};

}  // namespace tapstack::port
