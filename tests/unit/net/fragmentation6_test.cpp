#include "net/fragmentation6.h"

#include "tests/unit/net/net6_test.h"

namespace tapstack::net {
namespace {

class Fragmentation6Test : public Net6Test {
 protected:
  std::vector<Frame> cut(const Frame& packet, uint32_t mtu) {
    mem::PacketPtr whole = packet_of(packet);
    whole->info.destination = kPeer6;
    mem::PacketQueue out;
    is_cut_ = fragment6(ctx_, std::move(whole), mtu, 0x01020304, out);
    std::vector<Frame> fragments;
    while (const mem::PacketPtr piece = memory_->pop(out)) fragments.push_back(bytes_of(*piece));
    return fragments;
  }
  bool is_cut_ = false;
};

// RFC 8200 4.5.
TEST_F(Fragmentation6Test, CutsAtMultiplesOfEightBehindAFragmentHeader) {
  const Frame data = test::pattern(2500);
  const Ip6 h{.hop_limit = 9, .traffic_class = 0x1c, .flow_label = 0x12345};
  Ip6 of_fragment = h;
  of_fragment.next_header = 44;
  const auto f = cut(ip6(h, data), 1280);
  ASSERT_EQ(f.size(), 3u);
  EXPECT_EQ(f[0], ip6(of_fragment, fragment6_header(17, 0, true, 0x01020304) + head(data, 1232)));
  EXPECT_EQ(f[1], ip6(of_fragment,
                      fragment6_header(17, 1232, true, 0x01020304) + head(tail(data, 1232), 1232)));
  EXPECT_EQ(f[2],
            ip6(of_fragment, fragment6_header(17, 2464, false, 0x01020304) + tail(data, 2464)));
  EXPECT_EQ(counters_.value(Mib::kIp6FragCreates), 3u);
  EXPECT_EQ(counters_.value(Mib::kIp6FragOKs), 1u);
  expect_nothing_held();
}

TEST_F(Fragmentation6Test, WithoutMemoryNothingIsMade) {
  mem::PacketPtr whole = packet_of(ip6({}, test::pattern(2500)));
  whole->info.destination = kPeer6;
  std::vector<mem::PacketPtr> all;
  while (mem::PacketPtr packet = memory_->new_packet(mem::Priority::kControl)) {
    all.push_back(std::move(packet));
  }
  mem::PacketQueue out;
  EXPECT_FALSE(fragment6(ctx_, std::move(whole), 1280, 1, out));
  EXPECT_EQ(out.count, 0u);
  EXPECT_EQ(counters_.value(Mib::kIp6FragFails), 1u);
}

// RFC 8200 4.5: the per-fragment headers are the IPv6 header and Hop-by-Hop Options.
TEST_F(Fragmentation6Test, HopByHopOptionsAreInEveryFragment) {
  const Frame data = test::pattern(1300);
  Ip6 h;
  h.next_header = 0;
  const auto f = cut(ip6(h, Frame{17, 0, 5, 2, 0, 0, 1, 0} + data), 1280);
  ASSERT_EQ(f.size(), 2u);
  const Frame hop = {44, 0, 5, 2, 0, 0, 1, 0};
  EXPECT_EQ(f[0], ip6(h, hop + fragment6_header(17, 0, true, 0x01020304) + head(data, 1224)));
  EXPECT_EQ(f[1], ip6(h, hop + fragment6_header(17, 1224, false, 0x01020304) + tail(data, 1224)));
  expect_nothing_held();
}

TEST_F(Fragmentation6Test, HopByHopOptionsLongerThanOursAreNotCut) {
  Ip6 h;
  h.next_header = 0;
  Frame hop(80);
  hop[1] = 9;
  EXPECT_TRUE(cut(ip6(h, hop + test::pattern(1300)), 1280).empty());
  EXPECT_FALSE(is_cut_);
}

}  // namespace
}  // namespace tapstack::net
