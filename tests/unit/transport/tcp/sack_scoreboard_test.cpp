#include "transport/tcp/sack_scoreboard.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <vector>

namespace tapstack::transport::tcp {
namespace {

SeqRange range(uint32_t b, uint32_t e) { return {SeqNumber(b), SeqNumber(e)}; }

uint32_t add(SackScoreboard& s, std::initializer_list<SeqRange> blocks) {
  const std::vector<SeqRange> v(blocks);
  return s.on_blocks(v, SeqNumber(1000), SeqNumber(100'000));
}

TEST(SackScoreboard, MergesTouchingBlocks) {
  SackScoreboard s;
  EXPECT_EQ(add(s, {range(2000, 3000), range(4000, 5000)}), 2000u);
  EXPECT_EQ(add(s, {range(3000, 4000)}), 1000u);
  ASSERT_EQ(s.ranges().size(), 1u);
  EXPECT_EQ(s.ranges()[0], range(2000, 5000));
}

TEST(SackScoreboard, IgnoresBlocksOutsideOfWhatIsOutstanding) {
  SackScoreboard s;
  EXPECT_EQ(add(s, {range(500, 900), range(99'000, 100'001), range(3000, 2000)}), 0u);
  EXPECT_TRUE(s.is_empty());
}

TEST(SackScoreboard, KnownBlocksAddNothing) {
  SackScoreboard s;
  add(s, {range(2000, 4000)});
  EXPECT_EQ(add(s, {range(2500, 3500)}), 0u);
}

TEST(SackScoreboard, CumulativeAckCutsFromTheFront) {
  SackScoreboard s;
  add(s, {range(2000, 3000), range(4000, 5000)});
  s.on_cumulative_ack(SeqNumber(4500));
  ASSERT_EQ(s.ranges().size(), 1u);
  EXPECT_EQ(s.ranges()[0], range(4500, 5000));
}

TEST(SackScoreboard, FindsHoles) {
  SackScoreboard s;
  add(s, {range(2000, 3000), range(4000, 5000)});
  EXPECT_EQ(s.next_hole(SeqNumber(1000), SeqNumber(5000)), range(1000, 2000));
  EXPECT_EQ(s.next_hole(SeqNumber(2500), SeqNumber(5000)), range(3000, 4000));
  EXPECT_EQ(s.next_hole(SeqNumber(4000), SeqNumber(6000)), range(5000, 6000));
  EXPECT_TRUE(s.next_hole(SeqNumber(4000), SeqNumber(5000)).is_empty());
}

TEST(SackScoreboard, ThreeRangesAboveMeanLost) {  // RFC 6675 IsLost()
  SackScoreboard s;
  add(s, {range(2000, 2100), range(3000, 3100), range(4000, 4100)});
  EXPECT_EQ(s.lost_before(SeqNumber(1000), 1000, 3), SeqNumber(2000));
}

TEST(SackScoreboard, MoreThanTwoSegmentsAboveMeanLost) {
  SackScoreboard s;
  add(s, {range(2000, 4000)});
  EXPECT_EQ(s.lost_before(SeqNumber(1000), 1000, 3), SeqNumber(1000));
  add(s, {range(4000, 4001)});
  EXPECT_EQ(s.lost_before(SeqNumber(1000), 1000, 3), SeqNumber(2000));
}

TEST(SackScoreboard, AFullTableForgetsTheHighest) {
  SackScoreboard s;
  for (uint32_t i = 0; i <= SackScoreboard::kCapacity; ++i) {
    add(s, {range(2000 + i * 100, 2010 + i * 100)});
  }
  EXPECT_EQ(s.ranges().size(), SackScoreboard::kCapacity);
  add(s, {range(1500, 1510)});
  EXPECT_EQ(s.ranges().size(), SackScoreboard::kCapacity);
  EXPECT_EQ(s.ranges()[0], range(1500, 1510));
}

}  // namespace
}  // namespace tapstack::transport::tcp
