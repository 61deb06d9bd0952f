#include "link/filter_payload.h"

#include <gtest/gtest.h>

#include "tests/unit/link/link_test.h"

namespace tapstack::link {
namespace {

// Of an IP packet behind `begin` octets that do not matter.
uint32_t offset_in(const Frame& packet, uint32_t begin = 0) {
  Frame bytes(begin, 0);
  put(bytes, packet);
  FilterSubject subject;
  subject.front = bytes;
  subject.network = begin;
  return payload_offset(subject);
}

const Frame kUdp = test::hex("45000020 00010000 40110000 0a0a0a01 0a0a0a02 0035 3039 000c 0000 61");
const Frame kTcp = test::hex(
    "45000030 00010000 40060000 0a0a0a01 0a0a0a02"
    "0050 3039 00000001 00000002 8010 ffff 0000 0000 0101 080a 00000001 00000002");

TEST(FilterPayloadTest, PassesTheTransportHeader) {
  EXPECT_EQ(offset_in(kUdp), 20u + 8);
  EXPECT_EQ(offset_in(kUdp, 14), 14u + 20 + 8);
  EXPECT_EQ(offset_in(kTcp), 20u + 32);
}

TEST(FilterPayloadTest, OfALaterFragmentThereIsNoTransportHeader) {
  Frame fragment = kUdp;
  fragment[7] = 1;
  EXPECT_EQ(offset_in(fragment), 20u);
}

TEST(FilterPayloadTest, KnowsIp6) {
  Frame packet = test::hex("60000000 0008 3a 40");
  packet.resize(40 + 8);
  EXPECT_EQ(offset_in(packet), 40u + 8);
}

TEST(FilterPayloadTest, WhatIsNoIpPacketHasNone) {
  EXPECT_EQ(offset_in(test::hex("00010800 06040001")), 0u);
  EXPECT_EQ(offset_in({}), 0u);
}

}  // namespace
}  // namespace tapstack::link
