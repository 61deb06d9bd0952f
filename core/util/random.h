// Random numbers for everything in the stack that must not be guessed: ports, sequence numbers,
// hash keys, IP identification. ChaCha20 (RFC 8439) with its key replaced at every refill, so that
// a look at the state tells nothing about earlier output. The embedder supplies the seed; the same
// seed gives the same numbers, which is what replay needs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "util/siphash.h"

namespace tapstack {

// The ChaCha20 block function, RFC 8439 2.3: 16 words in, 16 words out.
void chacha20_block(const std::array<uint32_t, 16>& in, std::array<uint32_t, 16>& out);

class Random {
 public:
  static constexpr size_t kSeedBytes = 32;
  using Seed = std::span<const uint8_t, kSeedBytes>;

  // As if seeded with zeros: deterministic, for tests and until reseed() is called.
  Random() = default;
  explicit Random(Seed seed) { reseed(seed); }

  // Mixes 32 bytes of entropy into the state; afterwards output depends on old state and seed.
  void reseed(Seed seed);

  uint32_t next_u32();
  uint64_t next_u64();
  // Uniform in [0, n), n > 0, without modulo bias.
  uint32_t below(uint32_t n);
  void fill(std::span<uint8_t> bytes);
  SecretKey key();

 private:
  void refill();

  std::array<uint32_t, 8> key_{};
  std::array<uint32_t, 8> output_{};
  uint32_t unused_ = 0;  // the last `unused_` words of output_ have not been handed out
};

}  // namespace tapstack
