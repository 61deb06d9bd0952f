#include "tapif/impaired_link.h"

#include <gtest/gtest.h>

#include <numeric>

#include "frames.h"

namespace tapstack::tapif {
namespace {

constexpr Instant kStart = Instant::from_us(1'000'000);

// A packet of any kind whose first byte is its number.
std::vector<uint8_t> numbered(uint8_t number, size_t bytes = 100) {
  std::vector<uint8_t> packet(bytes);
  packet[0] = number;
  return packet;
}

// Numbers of the packets that are due, in their order.
std::vector<int> take_due(ImpairedLink& link, Instant now) {
  std::vector<int> numbers;
  for (ConstBytes packet = link.front(now); !packet.empty(); packet = link.front(now)) {
    numbers.push_back(packet[0]);
    link.pop();
  }
  return numbers;
}

void put_numbered(ImpairedLink& link, int count, Instant now = kStart) {
  for (int i = 0; i < count; ++i) link.put(now, numbered(static_cast<uint8_t>(i)));
}

TEST(ImpairedLink, WithoutImpairmentPacketsPassAtOnceInOrder) {
  ImpairedLink link({}, 1);
  put_numbered(link, 3);
  EXPECT_EQ(link.next_deadline(), kStart);
  EXPECT_EQ(take_due(link, kStart), (std::vector{0, 1, 2}));
  EXPECT_TRUE(link.next_deadline().is_never());
}

TEST(ImpairedLink, DelayHoldsEachPacketForExactlyThatLong) {
  ImpairedLink link({.delay = Duration::ms(20)}, 1);
  link.put(kStart, numbered(7));
  EXPECT_EQ(link.next_deadline(), kStart + Duration::ms(20));
  EXPECT_TRUE(link.front(kStart + Duration::us(19'999)).empty());
  EXPECT_EQ(take_due(link, kStart + Duration::ms(20)), std::vector{7});
}

TEST(ImpairedLink, JitterStaysInItsBoundsAndKeepsTheOrder) {
  ImpairedLink link({.delay = Duration::ms(20), .jitter = Duration::ms(5)}, 3);
  put_numbered(link, 100);
  EXPECT_GE(link.next_deadline(), kStart + Duration::ms(15));
  const std::vector<int> numbers = take_due(link, kStart + Duration::ms(25));
  std::vector<int> all(100);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(numbers, all);
}

TEST(ImpairedLink, JitterLargerThanTheDelayNeverGoesBackInTime) {
  ImpairedLink link({.jitter = Duration::ms(5)}, 3);
  put_numbered(link, 100);
  EXPECT_GE(link.next_deadline(), kStart);
}

TEST(ImpairedLink, LossIsAShareOfPackets) {
  ImpairedLink link({.loss = 0.1}, 42);
  for (int i = 0; i < 10'000; ++i) {
    link.put(kStart, numbered(0));
    take_due(link, kStart);
  }
  EXPECT_NEAR(static_cast<double>(link.counters().lost), 1000, 100);
}

TEST(ImpairedLink, SameSeedLosesTheSamePackets) {
  ImpairedLink one({.loss = 0.5}, 9), two({.loss = 0.5}, 9), other({.loss = 0.5}, 10);
  for (ImpairedLink* link : {&one, &two, &other}) put_numbered(*link, 100);
  const auto numbers = take_due(one, kStart);
  EXPECT_EQ(numbers, take_due(two, kStart));
  EXPECT_NE(numbers, take_due(other, kStart));
}

TEST(ImpairedLink, DuplicateFollowsItsOriginal) {
  ImpairedLink link({.duplicate = 1}, 1);
  put_numbered(link, 2);
  EXPECT_EQ(take_due(link, kStart), (std::vector{0, 0, 1, 1}));
}

TEST(ImpairedLink, ReorderedPacketIsOvertakenByLaterOnes) {
  LinkImpairment settings{.reorder = 0.2};
  settings.gap = Duration::ms(3);
  ImpairedLink link(settings, 5);
  put_numbered(link, 50);
  const auto first = take_due(link, kStart);
  const auto held = take_due(link, kStart + Duration::ms(3));
  EXPECT_EQ(held.size(), link.counters().reordered);
  EXPECT_GT(held.size(), 0u);
  EXPECT_EQ(first.size() + held.size(), 50u);
}

TEST(ImpairedLink, CorruptionFlipsOneBitBehindTheEthernetHeader) {
  ImpairedLink link({.corrupt = 1}, 1);
  auto packet = testing::tcp4_frame(200, 0x10);
  for (int i = 0; i < 50; ++i) {
    link.put(kStart, packet);
    const ConstBytes out = link.front(kStart);
    int bits = 0;
    for (size_t at = 0; at < packet.size(); ++at) {
      const int changed = __builtin_popcount(static_cast<unsigned>(out[at] ^ packet[at]));
      bits += changed;
      if (at < 14) {
        EXPECT_EQ(changed, 0);
      }
    }
    EXPECT_EQ(bits, 1);
    link.pop();
  }
}

TEST(ImpairedLink, ArpIsNeverCorrupted) {
  ImpairedLink link({.corrupt = 1}, 1);
  auto packet = numbered(1, 60);
  packet[12] = 0x08;
  packet[13] = 0x06;
  link.put(kStart, packet);
  EXPECT_TRUE(std::ranges::equal(link.front(kStart), packet));
  EXPECT_EQ(link.counters().corrupted, 0u);
}

TEST(ImpairedLink, RateSpacesPacketsByTheirLength) {
  ImpairedLink link({.rate_bits_per_second = 8'000'000}, 1);  // a byte a microsecond
  put_numbered(link, 3);
  EXPECT_EQ(link.next_deadline(), kStart + Duration::us(100));
  EXPECT_EQ(take_due(link, kStart + Duration::us(200)), (std::vector{0, 1}));
  EXPECT_EQ(take_due(link, kStart + Duration::us(300)), (std::vector{2}));
}

TEST(ImpairedLink, RateStartsAnewAfterAPause) {
  ImpairedLink link({.rate_bits_per_second = 8'000'000}, 1);
  link.put(kStart, numbered(0));
  link.put(kStart + Duration::s(1), numbered(1));
  take_due(link, kStart + Duration::us(100));
  EXPECT_EQ(link.next_deadline(), kStart + Duration::s(1) + Duration::us(100));
}

TEST(ImpairedLink, FullQueueDropsAndCounts) {
  LinkImpairment settings{.delay = Duration::s(1)};
  settings.limit_packets = 4;
  ImpairedLink link(settings, 1);
  put_numbered(link, 10);
  EXPECT_EQ(link.counters().overflowed, 6u);
  EXPECT_EQ(take_due(link, kStart + Duration::s(1)), (std::vector{0, 1, 2, 3}));
}

}  // namespace
}  // namespace tapstack::tapif
