#include "tests/bench/sim/bottleneck.h"

#include <gtest/gtest.h>

#include "util/checksum.h"
#include "wire/ethernet.h"
#include "wire/ip4.h"

namespace tapstack::bench {
namespace {

constexpr Instant kStart = Instant::from_us(1000);

std::vector<uint8_t> frame_of(size_t bytes, uint8_t first = 0) {
  std::vector<uint8_t> frame(bytes);
  frame[0] = first;
  return frame;
}

// Ethernet and an IPv4 header with this type of service.
std::vector<uint8_t> ip_frame(uint8_t tos) {
  std::vector<uint8_t> frame(64);
  frame[12] = 8;
  wire::Ip4Header header;
  header.type_of_service = tos;
  header.total_length = 50;
  header.ttl = 64;
  wire::emit(std::span(frame).subspan(wire::EthernetView::kHeaderBytes), header);
  return frame;
}

// Arrivals of everything on the way, in microseconds after kStart, with the first byte of each.
std::vector<std::pair<int64_t, int>> drain(Bottleneck& link) {
  std::vector<std::pair<int64_t, int>> arrivals;
  for (; !link.next_arrival().is_never(); link.pop()) {
    arrivals.emplace_back((link.next_arrival() - kStart).us(), link.front()[0]);
  }
  return arrivals;
}

using Arrivals = std::vector<std::pair<int64_t, int>>;

TEST(Bottleneck, FramesLeaveAtTheRateAndArriveAfterTheDelay) {
  Bottleneck link({.rate_bits_per_second = 8'000'000, .delay = Duration::ms(10)}, sim::Dice(1));
  for (uint8_t n = 0; n < 3; ++n) link.put(kStart, frame_of(1000, n));
  EXPECT_EQ(drain(link), (Arrivals{{11'000, 0}, {12'000, 1}, {13'000, 2}}));
}

TEST(Bottleneck, WithoutARateOnlyTheDelayCounts) {
  Bottleneck link({.delay = Duration::us(70)}, sim::Dice(1));
  link.put(kStart, frame_of(1500, 1));
  link.put(kStart, frame_of(1500, 2));
  EXPECT_EQ(drain(link), (Arrivals{{70, 1}, {70, 2}}));
}

TEST(Bottleneck, TheQueueDropsWhatDoesNotFitAndTakesMoreWhenItHasDrained) {
  Bottleneck link({.rate_bits_per_second = 8'000'000, .queue_bytes = 2500}, sim::Dice(1));
  for (uint8_t n = 0; n < 4; ++n) link.put(kStart, frame_of(1000, n));
  EXPECT_EQ(link.counters().overflowed, 2u);
  EXPECT_EQ(link.backlog_bytes(kStart), 2000);
  link.put(kStart + Duration::ms(1), frame_of(1000, 9));
  EXPECT_EQ(drain(link), (Arrivals{{1000, 0}, {2000, 1}, {3000, 9}}));
}

TEST(Bottleneck, AReorderedFrameComesLateAndDelaysNoOther) {
  Bottleneck link({.delay = Duration::us(10), .reorder = 1, .reorder_delay = Duration::us(5)},
                  sim::Dice(1));
  link.put(kStart, frame_of(100, 1));
  link.put(kStart + Duration::us(1), frame_of(100, 2));
  EXPECT_EQ(drain(link), (Arrivals{{15, 1}, {16, 2}}));
  EXPECT_EQ(link.counters().reordered, 2u);
}

TEST(Bottleneck, RandomLossIsThatOfTheSetting) {
  Bottleneck link({.loss = 0.1}, sim::Dice(1));
  for (int n = 0; n < 10'000; ++n) link.put(kStart, frame_of(100));
  EXPECT_NEAR(static_cast<double>(link.counters().lost), 1000, 100);
}

TEST(Bottleneck, APlannedLossIsDecidedByThePlan) {
  BottleneckSettings settings;
  settings.drops = [](Instant, ConstBytes frame) { return frame[0] == 2; };
  Bottleneck link(settings, sim::Dice(1));
  for (uint8_t n = 1; n < 4; ++n) link.put(kStart, frame_of(100, n));
  EXPECT_EQ(drain(link), (Arrivals{{0, 1}, {0, 3}}));
}

// RFC 3168 5: only packets of ECN-capable senders are marked; others would have to be dropped.
TEST(Bottleneck, AFullQueueMarksWhatIsEcnCapableAndKeepsTheChecksumRight) {
  Bottleneck link({.rate_bits_per_second = 8'000'000, .mark_bytes = 64}, sim::Dice(1));
  for (const uint8_t tos : {2, 2, 1, 0}) link.put(kStart, ip_frame(tos));
  std::vector<int> marks;
  for (; !link.next_arrival().is_never(); link.pop()) {
    const ConstBytes header = link.front().subspan(14, 20);
    EXPECT_EQ(checksum_of(header), 0);
    marks.push_back(header[1] & 3);
  }
  EXPECT_EQ(marks, (std::vector<int>{2, 3, 3, 0}));
}

}  // namespace
}  // namespace tapstack::bench
