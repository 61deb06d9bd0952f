#include "wire/pseudo_header.h"

#include <gtest/gtest.h>

#include <array>

namespace tapstack::wire {
namespace {

const IpAddress kSource4 = Ip4Address::from(10, 10, 10, 2);
const IpAddress kDestination4 = Ip4Address::from(10, 10, 10, 1);
const IpAddress kSource6 = Ip6Address{{0xfd, 0x10, 0, 0x10, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}};
const IpAddress kDestination6 =
    Ip6Address{{0xfd, 0x10, 0, 0x10, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};

constexpr std::array<uint8_t, 11> kUdpWithoutChecksum = {0xc0, 0x00, 0x00, 0x35, 0x00, 0x0b,
                                                         0x00, 0x00, 'a',  'b',  'c'};

TEST(PseudoHeader, Ip4SumIsThatOfTheTwelveBytesOfTheRfc) {
  EXPECT_EQ(pseudo_header_sum(kSource4, kDestination4, 17, 11).folded(), 0x2833);
}

TEST(PseudoHeader, Ip6SumIsThatOfTheFortyBytesOfTheRfc) {
  EXPECT_EQ(pseudo_header_sum(kSource6, kDestination6, 17, 11).folded(), 0xfa80);
}

TEST(PseudoHeader, CompletesTheChecksumOverIp4) {
  ChecksumSum sum = pseudo_header_sum(kSource4, kDestination4, 17, 11);
  sum.add(kUdpWithoutChecksum);
  EXPECT_EQ(sum.checksum(), 0x5329);
}

TEST(PseudoHeader, CompletesTheChecksumOverIp6) {
  ChecksumSum sum = pseudo_header_sum(kSource6, kDestination6, 17, 11);
  sum.add(kUdpWithoutChecksum);
  EXPECT_EQ(sum.checksum(), 0x80db);
}

TEST(PseudoHeader, VerifiesToZeroWhenNothingIsDamaged) {
  auto bytes = kUdpWithoutChecksum;
  bytes[6] = 0x53;
  bytes[7] = 0x29;
  ChecksumSum sum = pseudo_header_sum(kSource4, kDestination4, 17, 11);
  sum.add(bytes);
  EXPECT_EQ(sum.checksum(), 0);
}

TEST(PseudoHeader, APartialSumInTheFieldIsCompletedByTheDevice) {
  auto bytes = kUdpWithoutChecksum;
  bytes[6] = 0x28;  // pseudo_header_sum().folded()
  bytes[7] = 0x33;
  ChecksumSum device;  // sums from checksum_start on, field included
  device.add(bytes);
  EXPECT_EQ(device.checksum(), 0x5329);
}

TEST(PseudoHeader, LengthsBeyondSixteenBitsCountOverIp6) {
  const uint32_t low = pseudo_header_sum(kSource6, kDestination6, 6, 1).folded();
  const uint32_t high = pseudo_header_sum(kSource6, kDestination6, 6, 0x10001).folded();
  EXPECT_EQ(high, low + 1);
}

}  // namespace
}  // namespace tapstack::wire
