#include "util/siphash.h"

#include <gtest/gtest.h>

#include <vector>

namespace tapstack {
namespace {

// The key of the reference implementation's vectors: bytes 00 01 ... 0f.
constexpr SecretKey kReferenceKey{0x0706050403020100, 0x0f0e0d0c0b0a0908};

std::vector<uint8_t> counting(size_t n) {
  std::vector<uint8_t> bytes(n);
  for (size_t i = 0; i < n; ++i) bytes[i] = static_cast<uint8_t>(i);
  return bytes;
}

TEST(SipHash, ReferenceVectors) {
  EXPECT_EQ(siphash(kReferenceKey, counting(0)), 0x726fdb47dd0e0e31u);
  EXPECT_EQ(siphash(kReferenceKey, counting(1)), 0x74f839c593dc67fdu);
  EXPECT_EQ(siphash(kReferenceKey, counting(7)), 0xab0200f58b01d137u);
  EXPECT_EQ(siphash(kReferenceKey, counting(8)), 0x93f5f5799a932462u);
  EXPECT_EQ(siphash(kReferenceKey, counting(63)), 0x958a324ceb064572u);
}

// Appendix A of the paper.
TEST(SipHash, ExampleOfThePaper) {
  EXPECT_EQ(siphash(kReferenceKey, counting(15)), 0xa129ca6149be45e5u);
}

class SipHashOfTuple : public testing::Test {
 protected:
  const Endpoint local_{Ip4Address::from(10, 0, 0, 1), Port{80}};
  const Endpoint remote_{Ip4Address::from(10, 0, 0, 2), Port{40000}};
  const uint64_t hash_ = siphash(kReferenceKey, local_, remote_);
};

TEST_F(SipHashOfTuple, IsTheSameForTheSameTuple) {
  EXPECT_EQ(siphash(kReferenceKey, local_, remote_), hash_);
}

TEST_F(SipHashOfTuple, DependsOnTheKey) {
  EXPECT_NE(siphash(SecretKey{1, 2}, local_, remote_), hash_);
}

TEST_F(SipHashOfTuple, DependsOnEveryPart) {
  EXPECT_NE(siphash(kReferenceKey, Endpoint{Ip4Address::from(10, 0, 0, 3), Port{80}}, remote_),
            hash_);
  EXPECT_NE(siphash(kReferenceKey, Endpoint{local_.address, Port{81}}, remote_), hash_);
  EXPECT_NE(siphash(kReferenceKey, local_, Endpoint{remote_.address, Port{40001}}), hash_);
  EXPECT_NE(siphash(kReferenceKey, local_, remote_, 1), hash_);
}

TEST_F(SipHashOfTuple, TellsDirectionsApart) {
  EXPECT_NE(siphash(kReferenceKey, remote_, local_), hash_);
}

TEST_F(SipHashOfTuple, CoversAllOctetsOfIp6) {
  Ip6Address a;
  a.octets[15] = 1;
  Ip6Address b;
  b.octets[15] = 2;
  EXPECT_NE(siphash(kReferenceKey, IpAddress(a)), siphash(kReferenceKey, IpAddress(b)));
}

TEST_F(SipHashOfTuple, WithoutLocalPortDependsOnTheRest) {
  const uint64_t hash = siphash(kReferenceKey, local_.address, remote_, 0);
  EXPECT_NE(siphash(kReferenceKey, local_.address, remote_, 6), hash);
  EXPECT_NE(siphash(kReferenceKey, remote_.address, remote_, 0), hash);
}

}  // namespace
}  // namespace tapstack
