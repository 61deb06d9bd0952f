#include "util/random.h"

#include <bit>

#include "util/assert.h"
#include "util/bytes.h"

namespace tapstack {
namespace {

constexpr std::array<uint32_t, 4> kConstants = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
constexpr int kDoubleRounds = 10;

constexpr void quarter_round(uint32_t& a, uint32_t& b, uint32_t& c, uint32_t& d) {
  a += b, d = std::rotl(d ^ a, 16);
  c += d, b = std::rotl(b ^ c, 12);
  a += b, d = std::rotl(d ^ a, 8);
  c += d, b = std::rotl(b ^ c, 7);
}

}  // namespace

void chacha20_block(const std::array<uint32_t, 16>& in, std::array<uint32_t, 16>& out) {
  std::array<uint32_t, 16> x = in;
  for (int i = 0; i < kDoubleRounds; ++i) {
    quarter_round(x[0], x[4], x[8], x[12]);
    quarter_round(x[1], x[5], x[9], x[13]);
    quarter_round(x[2], x[6], x[10], x[14]);
    quarter_round(x[3], x[7], x[11], x[15]);
    quarter_round(x[0], x[5], x[10], x[15]);
    quarter_round(x[1], x[6], x[11], x[12]);
    quarter_round(x[2], x[7], x[8], x[13]);
    quarter_round(x[3], x[4], x[9], x[14]);
  }
  for (size_t i = 0; i < x.size(); ++i) out[i] = x[i] + in[i];
}

// Half of each block becomes the next key, half is output: a key is used once.
void Random::refill() {
  std::array<uint32_t, 16> state{};
  for (size_t i = 0; i < 4; ++i) state[i] = kConstants[i];
  for (size_t i = 0; i < 8; ++i) state[4 + i] = key_[i];
  std::array<uint32_t, 16> block;
  chacha20_block(state, block);
  for (size_t i = 0; i < 8; ++i) key_[i] = block[i];
  for (size_t i = 0; i < 8; ++i) output_[i] = block[8 + i];
  unused_ = 8;
}

void Random::reseed(Seed seed) {
  for (size_t i = 0; i < 8; ++i) key_[i] ^= load_le32(&seed[4 * i]);
  refill();  // diffuses the seed; what was left of the old output is gone
}

uint32_t Random::next_u32() {
  if (unused_ == 0) refill();
  uint32_t& word = output_[output_.size() - unused_--];
  const uint32_t value = word;
  word = 0;
  return value;
}

uint64_t Random::next_u64() {
  const uint64_t high = next_u32();
  return (high << 32) | next_u32();
}

// Lemire's multiplication method, "Fast Random Integer Generation in an Interval", 2019.
uint32_t Random::below(uint32_t n) {
  TAPSTACK_ASSERT(n > 0);
  uint64_t product = uint64_t{next_u32()} * n;
  if (static_cast<uint32_t>(product) < n) {
    const uint32_t threshold = (0u - n) % n;
    while (static_cast<uint32_t>(product) < threshold) product = uint64_t{next_u32()} * n;
  }
  return static_cast<uint32_t>(product >> 32);
}

void Random::fill(std::span<uint8_t> bytes) {
  while (!bytes.empty()) {
    uint8_t word[4];
    store_le32(word, next_u32());
    const size_t n = bytes.size() < 4 ? bytes.size() : 4;
    for (size_t i = 0; i < n; ++i) bytes[i] = word[i];
    bytes = bytes.subspan(n);
  }
}

SecretKey Random::key() {
  const uint64_t k0 = next_u64();
  return {k0, next_u64()};
}

}  // namespace tapstack
