#include "tapif/virtio_header.h"

#include <gtest/gtest.h>

#include <cstring>

#include "frames.h"

namespace tapstack::tapif {
namespace {

using api::ChecksumState;
using api::Segmentation;

TEST(VirtioHeader, PlainFrameHasAHeaderOfZeroes) {
  const VirtioHeader header = to_virtio({});
  const VirtioHeader zero;
  EXPECT_EQ(std::memcmp(&header, &zero, sizeof header), 0);
}

TEST(VirtioHeader, SuperframeOfTcpSaysHowToCutIt) {
  api::Offload offload = testing::tcp4_offload(1448);
  offload.ecn = true;
  const VirtioHeader header = to_virtio(offload);
  EXPECT_EQ(header.flags, 1);        // VIRTIO_NET_HDR_F_NEEDS_CSUM
  EXPECT_EQ(header.gso_type, 0x81);  // TCPV4 | ECN
  EXPECT_EQ(header.gso_size, 1448);
  EXPECT_EQ(header.hdr_len, 54);
  EXPECT_EQ(header.csum_start, 34);
  EXPECT_EQ(header.csum_offset, 16);
}

TEST(VirtioHeader, WhatIsWrittenIsReadBack) {
  for (const Segmentation segmentation :
       {Segmentation::kNone, Segmentation::kTcp4, Segmentation::kTcp6}) {
    api::Offload offload = testing::tcp4_offload(1448);
    offload.segmentation = segmentation;
    api::Offload read;
    ASSERT_TRUE(from_virtio(to_virtio(offload), 3000, read));
    EXPECT_EQ(read.segmentation, segmentation);
    EXPECT_EQ(read.segment_bytes, segmentation == Segmentation::kNone ? 0 : 1448);
    EXPECT_EQ(read.checksum, ChecksumState::kPartial);
    EXPECT_EQ(read.checksum_start, 34);
    EXPECT_EQ(read.checksum_offset, 16);
  }
}

TEST(VirtioHeader, DataValidMeansVerified) {
  VirtioHeader header;
  header.flags = VirtioHeader::kDataValid;
  api::Offload read;
  ASSERT_TRUE(from_virtio(header, 60, read));
  EXPECT_EQ(read.checksum, ChecksumState::kVerified);
}

TEST(VirtioHeader, ChecksumFieldOutsideTheFrameIsRefused) {
  VirtioHeader header;
  header.flags = VirtioHeader::kNeedsChecksum;
  header.csum_start = 34;
  header.csum_offset = 16;
  api::Offload read;
  EXPECT_TRUE(from_virtio(header, 52, read));
  EXPECT_FALSE(from_virtio(header, 51, read));
}

TEST(VirtioHeader, SegmentationThatWasNotOfferedIsRefused) {
  for (const uint8_t type : {uint8_t{3}, uint8_t{5}, uint8_t{0x7f}}) {
    VirtioHeader header;
    header.gso_type = type;
    header.gso_size = 1000;
    api::Offload read;
    EXPECT_FALSE(from_virtio(header, 3000, read)) << int{type};
  }
}

TEST(VirtioHeader, SegmentsOfZeroBytesAreRefused) {
  VirtioHeader header;
  header.gso_type = VirtioHeader::kGsoTcp4;
  api::Offload read;
  EXPECT_FALSE(from_virtio(header, 3000, read));
}

}  // namespace
}  // namespace tapstack::tapif
