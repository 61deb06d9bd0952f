#include "tapif/packet_layout.h"

#include <gtest/gtest.h>

#include "frames.h"

namespace tapstack::tapif {
namespace {

TEST(PacketLayout, FindsTheTransportHeaderOfIp4) {
  PacketLayout layout;
  ASSERT_TRUE(find_layout(testing::tcp4_frame(7, 0x10), layout));
  EXPECT_FALSE(layout.is_ip6);
  EXPECT_EQ(layout.protocol, kProtocolTcp);
  EXPECT_EQ(layout.transport, 34u);
  EXPECT_EQ(layout.end, 61u);
}

TEST(PacketLayout, FindsTheTransportHeaderOfIp6) {
  PacketLayout layout;
  ASSERT_TRUE(find_layout(testing::udp6_frame(7), layout));
  EXPECT_TRUE(layout.is_ip6);
  EXPECT_EQ(layout.protocol, kProtocolUdp);
  EXPECT_EQ(layout.transport, 54u);
  EXPECT_EQ(layout.end, 69u);
}

TEST(PacketLayout, EveryTruncationIsRefused) {
  for (const auto& frame : {testing::tcp4_frame(7, 0x10), testing::udp6_frame(7)}) {
    for (size_t bytes = 0; bytes < frame.size(); ++bytes) {
      PacketLayout layout;
      const std::vector<uint8_t> cut(frame.begin(), frame.begin() + static_cast<long>(bytes));
      EXPECT_FALSE(find_layout(cut, layout)) << bytes;
    }
  }
}

TEST(PacketLayout, OtherEtherTypesAreNoPackets) {
  auto frame = testing::tcp4_frame(7, 0x10);
  frame[13] = 0x06;  // ARP
  PacketLayout layout;
  EXPECT_FALSE(find_layout(frame, layout));
}

TEST(PacketLayout, HeaderLengthBelowTwentyBytesIsRefused) {
  auto frame = testing::tcp4_frame(7, 0x10);
  frame[14] = 0x44;
  PacketLayout layout;
  EXPECT_FALSE(find_layout(frame, layout));
}

}  // namespace
}  // namespace tapstack::tapif
