#include "net/fragmentation4.h"

#include "tests/unit/net/net_test.h"

namespace tapstack::net {
namespace {

class Fragmentation4Test : public NetTest {
 protected:
  std::vector<Frame> cut(const Frame& packet, uint32_t mtu, uint16_t header_bytes = 20) {
    mem::PacketPtr whole = packet_of(packet);
    whole->info.ip_header_bytes = header_bytes;
    mem::PacketQueue out;
    is_cut_ = fragment4(ctx_, std::move(whole), mtu, out);
    std::vector<Frame> fragments;
    while (const mem::PacketPtr piece = memory_->pop(out)) fragments.push_back(bytes_of(*piece));
    return fragments;
  }
  bool is_cut_ = false;
};

TEST_F(Fragmentation4Test, CutsAtMultiplesOfEight) {
  const Frame data = test::pattern(2000);
  const auto f = cut(ip4({}, data), 1006);
  ASSERT_EQ(f.size(), 3u);
  EXPECT_EQ(f[0], ip4({.fragment = kMf}, head(data, 984)));
  EXPECT_EQ(f[1], ip4({.fragment = kMf | 123}, head(tail(data, 984), 984)));
  EXPECT_EQ(f[2], ip4({.fragment = 246}, tail(data, 1968)));
}

TEST_F(Fragmentation4Test, LastFragmentMayFillTheMtuExactly) {
  const auto f = cut(ip4({}, test::pattern(1480 + 1480)), 1500);
  ASSERT_EQ(f.size(), 2u);
  EXPECT_EQ(f[1].size(), 1500u);
}

TEST_F(Fragmentation4Test, OneByteMoreMakesOneFragmentMore) {
  EXPECT_EQ(cut(ip4({}, test::pattern(1480 + 1481)), 1500).size(), 3u);
}

TEST_F(Fragmentation4Test, SmallestMtuWorks) {
  const Frame data = test::pattern(100);
  const auto f = cut(ip4({}, data), 68);
  ASSERT_EQ(f.size(), 3u);
  EXPECT_EQ(f[0].size(), 68u);
  Frame joined;
  for (const Frame& piece : f) put(joined, tail(piece, 20));
  EXPECT_EQ(joined, data);
}

TEST_F(Fragmentation4Test, OnlyOptionsWithTheCopiedFlagGoIntoLaterFragments) {
  const Frame options = test::hex("07 07 04 00000000 94 04 0000 00");  // record route, router alert
  const auto f = cut(ip4({.options = options}, test::pattern(80)), 80, 32);
  ASSERT_EQ(f.size(), 2u);
  EXPECT_EQ(f[0], ip4({.fragment = kMf, .options = options}, test::pattern(48)));
  EXPECT_EQ(f[1], ip4({.fragment = 6, .options = test::hex("94 04 0000")}, test::pattern(32, 48)));
}

TEST_F(Fragmentation4Test, AFragmentIsCutFurther) {
  const auto f = cut(ip4({.fragment = kMf | 10}, test::pattern(96)), 68);
  ASSERT_EQ(f.size(), 2u);
  EXPECT_EQ(get16(f[0], 6), kMf | 10u);
  EXPECT_EQ(get16(f[1], 6), kMf | 16u) << "more are to come behind the last of these";
}

TEST_F(Fragmentation4Test, HeaderBytesInThePacketAreCutToo) {
  const Frame data = test::pattern(64);
  mem::PacketPtr whole = packet_of(tail(data, 40));
  std::copy_n(data.begin(), 40, memory_->prepend(*whole, 40));
  const Frame header = head(ip4({}, data), 20);
  std::copy_n(header.begin(), 20, memory_->prepend(*whole, 20));
  whole->info.ip_header_bytes = 20;
  mem::PacketQueue out;
  ASSERT_TRUE(fragment4(ctx_, std::move(whole), 68, out));
  EXPECT_EQ(tail(bytes_of(*memory_->pop(out)), 20), head(data, 48));
  EXPECT_EQ(tail(bytes_of(*memory_->pop(out)), 20), tail(data, 48));
  expect_nothing_held();
}

TEST_F(Fragmentation4Test, NothingIsLeftWhenMemoryRunsOut) {
  const Frame packet = ip4({}, test::pattern(4000));
  mem::PacketPtr whole = packet_of(packet);
  whole->info.ip_header_bytes = 20;
  std::vector<mem::PacketPtr> hog;
  while (kConfig.packets - memory_->packets_used() > kConfig.packets_reserved + 2) {
    hog.push_back(memory_->new_packet(mem::Priority::kData));
  }
  mem::PacketQueue out;
  EXPECT_FALSE(fragment4(ctx_, std::move(whole), 1006, out));
  EXPECT_EQ(out.count, 0u);
  hog.clear();
  expect_nothing_held();
}

}  // namespace
}  // namespace tapstack::net
