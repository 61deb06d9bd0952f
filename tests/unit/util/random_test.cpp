#include "util/random.h"

#include <gtest/gtest.h>

#include <set>
#include <type_traits>
#include <vector>

namespace tapstack {
namespace {

static_assert(std::is_trivially_copyable_v<Random>);

std::vector<uint8_t> seed_of(uint8_t first) {
  std::vector<uint8_t> seed(Random::kSeedBytes);
  for (size_t i = 0; i < seed.size(); ++i) seed[i] = static_cast<uint8_t>(first + i);
  return seed;
}

Random seeded(uint8_t first) { return Random(Random::Seed(seed_of(first))); }

// RFC 8439 2.3.2.
TEST(Random, ChaChaBlockOfTheRfcsExample) {
  const std::array<uint32_t, 16> in = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574,
                                       0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c,
                                       0x13121110, 0x17161514, 0x1b1a1918, 0x1f1e1d1c,
                                       0x00000001, 0x09000000, 0x4a000000, 0x00000000};
  const std::array<uint32_t, 16> expected = {0xe4e7f110, 0x15593bd1, 0x1fdd0f50, 0xc47120a3,
                                             0xc7f4d1c7, 0x0368c033, 0x9aaa2204, 0x4e6cd4c3,
                                             0x466482d2, 0x09aa9f07, 0x05d7c214, 0xa2028bd9,
                                             0xd19c12b5, 0xb94e16de, 0xe883d0cb, 0x4e3c50a2};
  std::array<uint32_t, 16> out;
  chacha20_block(in, out);
  EXPECT_EQ(out, expected);
}

TEST(Random, SameSeedSameNumbers) {
  Random a = seeded(1);
  Random b = seeded(1);
  for (int i = 0; i < 100; ++i) ASSERT_EQ(a.next_u32(), b.next_u32());
}

TEST(Random, OtherSeedOtherNumbers) {
  Random a = seeded(1);
  Random b = seeded(2);
  EXPECT_NE(a.next_u64(), b.next_u64());
}

TEST(Random, ReseedingMixesInsteadOfReplacing) {
  Random a = seeded(1);
  Random b = seeded(2);
  a.reseed(Random::Seed(seed_of(9)));
  b.reseed(Random::Seed(seed_of(9)));
  EXPECT_NE(a.next_u64(), b.next_u64());
}

TEST(Random, NumbersDoNotRepeat) {
  Random random = seeded(3);
  std::set<uint64_t> seen;
  for (int i = 0; i < 10000; ++i) EXPECT_TRUE(seen.insert(random.next_u64()).second);
}

TEST(Random, BelowStaysBelowAndReachesEverything) {
  Random random = seeded(4);
  std::vector<int> hits(7);
  for (int i = 0; i < 7000; ++i) ++hits.at(random.below(7));
  for (const int n : hits) EXPECT_NEAR(n, 1000, 200);
}

TEST(Random, BelowOneIsZero) { EXPECT_EQ(seeded(5).below(1), 0u); }

// Modulo would give the lower third of the range twice as often.
TEST(Random, BelowHasNoBiasForLargeRanges) {
  Random random = seeded(6);
  int low = 0;
  for (int i = 0; i < 9000; ++i) low += random.below(0xc0000000) < 0x40000000 ? 1 : 0;
  EXPECT_NEAR(low, 3000, 200);
}

TEST(Random, FillsEveryByteAndNoMore) {
  Random random = seeded(7);
  std::vector<uint8_t> bytes(14, 0);
  random.fill(std::span(bytes).first(13));
  EXPECT_EQ(bytes[13], 0);
  std::set<uint8_t> values(bytes.begin(), bytes.begin() + 13);
  EXPECT_GT(values.size(), 8u);
}

TEST(Random, KeysDiffer) {
  Random random = seeded(8);
  const SecretKey a = random.key();
  const SecretKey b = random.key();
  EXPECT_NE(a.k0, b.k0);
  EXPECT_NE(a.k0, a.k1);
}

}  // namespace
}  // namespace tapstack
