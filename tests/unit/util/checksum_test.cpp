#include "util/checksum.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/support/bytes.h"
#include "util/bytes.h"

namespace tapstack {
namespace {

using test::hex;
using test::pattern;

// Word by word, as RFC 1071 1 describes it.
uint16_t reference_sum(std::span<const uint8_t> bytes) {
  uint32_t sum = 0;
  for (size_t i = 0; i < bytes.size(); ++i) sum += i % 2 == 0 ? bytes[i] * 256u : bytes[i];
  while (sum > 0xffff) sum = (sum >> 16) + (sum & 0xffff);
  return static_cast<uint16_t>(sum);
}

TEST(Checksum, SumOfTheExampleInRfc1071) {
  EXPECT_EQ(checksum_sum(hex("00 01 f2 03 f4 f5 f6 f7")), 0xddf2);
}

TEST(Checksum, OfAnIp4Header) {
  EXPECT_EQ(checksum_of(hex("4500 0073 0000 4000 4011 0000 c0a8 0001 c0a8 00c7")), 0xb861);
}

TEST(Checksum, OverBytesThatCarryTheirChecksumIsZero) {
  EXPECT_EQ(checksum_of(hex("4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7")), 0);
}

TEST(Checksum, EqualsTheReferenceForEveryLengthAndAlignment) {
  const std::vector<uint8_t> bytes = pattern(200);
  for (size_t offset = 0; offset < 8; ++offset) {
    for (size_t length = 0; offset + length <= bytes.size(); ++length) {
      const std::span part = std::span(bytes).subspan(offset, length);
      ASSERT_EQ(checksum_sum(part), reference_sum(part)) << offset << "+" << length;
    }
  }
}

TEST(Checksum, CarriesOfManyOnesAreNotLost) {
  const std::vector<uint8_t> ones(65535, 0xff);
  EXPECT_EQ(checksum_sum(ones), reference_sum(ones));
}

TEST(Checksum, PiecesOfOddLengthSumLikeTheWhole) {
  const std::vector<uint8_t> bytes = pattern(101);
  for (size_t first = 0; first <= bytes.size(); ++first) {
    const size_t second = (bytes.size() - first) / 2;
    ChecksumSum sum;
    sum.add(std::span(bytes).first(first));
    sum.add(std::span(bytes).subspan(first, second));
    sum.add(std::span(bytes).subspan(first + second));
    ASSERT_EQ(sum.folded(), reference_sum(bytes)) << first;
  }
}

TEST(Checksum, WordsCountAsTheirBytes) {
  ChecksumSum sum;
  sum.add_u32(0x0001f203);
  sum.add_word(0xf4f5);
  sum.add_word(0xf6f7);
  EXPECT_EQ(sum.folded(), 0xddf2);
}

TEST(Checksum, UpdateOfTheExampleInRfc1624GivesZeroAndNotMinusZero) {
  EXPECT_EQ(checksum_update(0xdd2f, 0x5555, 0x3285), 0x0000);
}

TEST(Checksum, UpdateEqualsComputingAgain) {
  std::vector<uint8_t> bytes = pattern(40);
  const uint16_t before = checksum_of(bytes);
  const uint32_t old_value = load_be32(&bytes[8]);
  store_be32(&bytes[8], 0xc0a80101);
  EXPECT_EQ(checksum_update32(before, old_value, 0xc0a80101), checksum_of(bytes));
}

}  // namespace
}  // namespace tapstack
