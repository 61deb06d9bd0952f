#include "tapif/checksum.h"

#include <gtest/gtest.h>

#include "frames.h"

namespace tapstack::tapif {
namespace {

using testing::checksums_are_right;
using testing::tcp4_frame;
using testing::tcp4_offload;
using testing::tcp6_frame;
using testing::tcp6_offload;
using testing::udp6_frame;
using testing::udp6_offload;

TEST(Checksum, SumOfTheExampleInRfc1071IsDdf2) {
  const uint8_t bytes[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
  EXPECT_EQ(ones_sum(bytes), 0xddf2);
}

TEST(Checksum, OddLastByteCountsAsHighHalfOfAWord) {
  const uint8_t bytes[] = {0x00, 0x01, 0x02};
  EXPECT_EQ(ones_sum(bytes), 0x0201);
}

TEST(Checksum, PartialTcpChecksumIsCompleted) {
  auto frame = tcp4_frame(101, 0x10);
  complete_checksum(frame, tcp4_offload(0));
  EXPECT_TRUE(checksums_are_right(frame));
}

TEST(Checksum, PartialTcpChecksumOverIp6IsCompleted) {
  auto frame = tcp6_frame(101, 0x10);
  complete_checksum(frame, tcp6_offload(0));
  EXPECT_TRUE(checksums_are_right(frame));
}

TEST(Checksum, SuperframeOverIp6GetsTheChecksumOfOnePacket) {
  auto frame = tcp6_frame(40000, 0x10);
  complete_checksum(frame, tcp6_offload(1428));
  EXPECT_TRUE(checksums_are_right(frame));
}

TEST(Checksum, SuperframeGetsTheChecksumOfOnePacketWhateverItsFieldHolds) {
  auto frame = tcp4_frame(40000, 0x10);
  frame[50] ^= 0x55;
  complete_checksum(frame, tcp4_offload(1448));
  EXPECT_TRUE(checksums_are_right(frame));
}

TEST(Checksum, PaddingBehindThePacketIsNotSummed) {
  auto frame = tcp4_frame(1, 0x10);
  frame.resize(60, 0xee);
  complete_checksum(frame, tcp4_offload(0));
  EXPECT_TRUE(checksums_are_right(ConstBytes(frame).first(55)));
}

TEST(Checksum, UdpChecksumOfZeroIsSentAsAllOnes) {
  auto frame = udp6_frame(2);
  // The payload is chosen so that everything adds up to 0xffff, whose complement is 0.
  frame[62] = frame[63] = 0;
  const uint16_t sum = ones_sum(ConstBytes(frame).subspan(54));
  frame[62] = static_cast<uint8_t>((0xffff - sum) >> 8);
  frame[63] = static_cast<uint8_t>(0xffff - sum);
  complete_checksum(frame, udp6_offload(0));
  EXPECT_EQ(frame[60], 0xff);
  EXPECT_EQ(frame[61], 0xff);
}

TEST(Checksum, CompleteFramesAreLeftAlone) {
  auto frame = tcp4_frame(10, 0x10);
  const auto before = frame;
  complete_checksum(frame, {});
  EXPECT_EQ(frame, before);
}

TEST(Checksum, OffsetsOutsideTheFrameChangeNothing) {
  auto frame = tcp4_frame(10, 0x10);
  const auto before = frame;
  api::Offload offload = tcp4_offload(0);
  offload.checksum_start = 60;
  offload.checksum_offset = 40;
  complete_checksum(frame, offload);
  EXPECT_EQ(frame, before);
}

}  // namespace
}  // namespace tapstack::tapif
