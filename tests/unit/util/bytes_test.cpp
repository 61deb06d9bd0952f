#include "util/bytes.h"

#include <gtest/gtest.h>

#include <array>

namespace tapstack {
namespace {

constexpr std::array<uint8_t, 8> kBytes = {0x01, 0x02, 0x03, 0x84, 0x05, 0x06, 0x07, 0x88};

TEST(Bytes, BigEndianLoads) {
  EXPECT_EQ(load_be16(kBytes.data()), 0x0102);
  EXPECT_EQ(load_be32(kBytes.data()), 0x01020384u);
}

TEST(Bytes, LittleEndianLoads) {
  EXPECT_EQ(load_le32(kBytes.data()), 0x84030201u);
  EXPECT_EQ(load_le64(kBytes.data()), 0x8807060584030201u);
}

TEST(Bytes, StoresAreTheInverseOfLoads) {
  std::array<uint8_t, 4> out{};
  store_be16(out.data(), 0xfe01);
  EXPECT_EQ(load_be16(out.data()), 0xfe01);
  store_be32(out.data(), 0xfe010203);
  EXPECT_EQ(load_be32(out.data()), 0xfe010203u);
  store_le32(out.data(), 0xfe010203);
  EXPECT_EQ(load_le32(out.data()), 0xfe010203u);
}

TEST(Bytes, AWordReadAsItLiesBecomesTheBigEndianOne) {
  EXPECT_EQ(native_from_be16(load_native<uint16_t>(kBytes.data())), 0x0102);
}

TEST(Bytes, Swap16ExchangesTheBytes) { EXPECT_EQ(swap16(0x1234), 0x3412); }

}  // namespace
}  // namespace tapstack
