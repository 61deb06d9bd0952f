#include "tapif/segment.h"

#include <gtest/gtest.h>

#include "frames.h"
#include "tapif/packet_layout.h"

namespace tapstack::tapif {
namespace {

using testing::checksums_are_right;
using testing::tcp4_frame;
using testing::tcp4_offload;
using testing::tcp6_frame;
using testing::tcp6_offload;
using testing::udp6_frame;
using testing::udp6_offload;

using Packets = std::vector<std::vector<uint8_t>>;

Packets cut(const std::vector<uint8_t>& frame, const api::Offload& offload) {
  Segmenter segmenter(frame, offload);
  std::vector<uint8_t> buffer(65549);
  Packets packets;
  while (const size_t n = segmenter.next(buffer)) {
    packets.emplace_back(buffer.begin(), buffer.begin() + static_cast<long>(n));
  }
  return packets;
}

TEST(Segment, OrdinaryFrameComesOutOnceWithItsChecksumComplete) {
  const auto frame = tcp4_frame(100, 0x18);
  const Packets packets = cut(frame, tcp4_offload(0));
  ASSERT_EQ(packets.size(), 1u);
  EXPECT_EQ(packets[0].size(), frame.size());
  EXPECT_TRUE(checksums_are_right(packets[0]));
}

TEST(Segment, SuperframeIsCutIntoFullSegmentsAndARest) {
  const Packets packets = cut(tcp4_frame(3000, 0x10), tcp4_offload(1448));
  ASSERT_EQ(packets.size(), 3u);
  EXPECT_EQ(packets[0].size(), 54u + 1448);
  EXPECT_EQ(packets[1].size(), 54u + 1448);
  EXPECT_EQ(packets[2].size(), 54u + 104);
}

TEST(Segment, PayloadSequenceNumbersAndIdentificationsGoOn) {
  const auto frame = tcp4_frame(3000, 0x10);
  const Packets packets = cut(frame, tcp4_offload(1000));
  ASSERT_EQ(packets.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    const auto& packet = packets[i];
    EXPECT_EQ(load32(&packet[38]), 0x01020304u + i * 1000);
    EXPECT_EQ(load16(&packet[18]), 0x1000u + i);
    EXPECT_EQ(load16(&packet[16]), 1040u);
    EXPECT_TRUE(std::equal(packet.begin() + 54, packet.end(),
                           frame.begin() + 54 + static_cast<long>(i * 1000)));
  }
}

TEST(Segment, EverySegmentHasRightChecksums) {
  for (const auto& packet : cut(tcp4_frame(4001, 0x18), tcp4_offload(536))) {
    EXPECT_TRUE(checksums_are_right(packet));
  }
}

TEST(Segment, FinAndPushAreOnTheLastSegmentOnly) {
  const Packets packets = cut(tcp4_frame(3000, 0x19), tcp4_offload(1000));
  ASSERT_EQ(packets.size(), 3u);
  EXPECT_EQ(packets[0][47], 0x10);
  EXPECT_EQ(packets[1][47], 0x10);
  EXPECT_EQ(packets[2][47], 0x19);
}

TEST(Segment, CwrIsOnTheFirstSegmentOnly) {
  const Packets packets = cut(tcp4_frame(2000, 0x90), tcp4_offload(1000));
  ASSERT_EQ(packets.size(), 2u);
  EXPECT_EQ(packets[0][47], 0x90);
  EXPECT_EQ(packets[1][47], 0x10);
}

TEST(Segment, UdpSuperframeOverIp6BecomesDatagrams) {
  const Packets packets = cut(udp6_frame(2500), udp6_offload(1200));
  ASSERT_EQ(packets.size(), 3u);
  EXPECT_EQ(load16(&packets[0][58]), 1208u);
  EXPECT_EQ(load16(&packets[2][58]), 108u);
  EXPECT_EQ(load16(&packets[2][18]), 108u);
  for (const auto& packet : packets) EXPECT_TRUE(checksums_are_right(packet));
}

TEST(Segment, TcpSuperframeOverIp6IsCutAsOneOverIp4) {
  const auto frame = tcp6_frame(3000, 0x19);
  const Packets packets = cut(frame, tcp6_offload(1428));
  ASSERT_EQ(packets.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    const size_t bytes = i < 2 ? 1428 : 144;
    EXPECT_EQ(packets[i].size(), 74 + bytes);
    EXPECT_EQ(load16(&packets[i][18]), 20 + bytes);  // the header's payload length
    EXPECT_EQ(load32(&packets[i][58]), 0x01020304u + i * 1428);
    EXPECT_EQ(packets[i][67], i < 2 ? 0x10 : 0x19);
    EXPECT_TRUE(checksums_are_right(packets[i]));
  }
}

TEST(Segment, HeadersOfIp6AreTheSameInEverySegmentButForTheLength) {
  const auto frame = tcp6_frame(2000, 0x10);
  for (const auto& packet : cut(frame, tcp6_offload(1000))) {
    EXPECT_TRUE(std::equal(packet.begin(), packet.begin() + 18, frame.begin()));
    EXPECT_TRUE(std::equal(packet.begin() + 20, packet.begin() + 54, frame.begin() + 20));
  }
}

TEST(Segment, EthernetPaddingIsNoPayload) {
  auto frame = tcp4_frame(30, 0x10);
  frame.resize(frame.size() + 20);
  const Packets packets = cut(frame, tcp4_offload(20));
  ASSERT_EQ(packets.size(), 2u);
  EXPECT_EQ(packets[1].size(), 64u);
}

TEST(Segment, NonsenseHeadersGiveNoPackets) {
  auto frame = tcp4_frame(3000, 0x10);
  frame[46] = 0x40;  // data offset below 20 bytes
  EXPECT_TRUE(cut(frame, tcp4_offload(1000)).empty());
  api::Offload offload = tcp4_offload(1000);
  offload.checksum_start = 3050;
  EXPECT_TRUE(cut(tcp4_frame(3000, 0x10), offload).empty());
  EXPECT_TRUE(cut(std::vector<uint8_t>(60), tcp4_offload(1000)).empty());
}

TEST(Segment, WhatDoesNotFitIsLeftOut) {
  const auto frame = tcp4_frame(3000, 0x10);
  std::vector<uint8_t> small(1000);
  EXPECT_EQ(Segmenter(frame, tcp4_offload(1448)).next(small), 0u);
  EXPECT_EQ(Segmenter(frame, tcp4_offload(0)).next(small), 0u);
}

}  // namespace
}  // namespace tapstack::tapif
