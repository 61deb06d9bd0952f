#include "transport/tcp/reassembly.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace tapstack::transport::tcp {
namespace {

class ReassemblyTest : public ::testing::Test {
 protected:
  bool insert(uint32_t begin, const std::string& text) {
    mem::Chain chain;
    EXPECT_TRUE(memory->append_copy(
        chain, {reinterpret_cast<const uint8_t*>(text.data()), text.size()}, mem::Priority::kData));
    return r.insert(*pool, *memory, SeqNumber(begin), chain);
  }
  std::string take(uint32_t nxt) {
    mem::Chain chain = r.take(*pool, *memory, SeqNumber(nxt));
    std::string out(chain.length, '\0');
    memory->chain_copy_out(chain, 0, {reinterpret_cast<uint8_t*>(out.data()), out.size()});
    memory->free_chain(chain);
    return out;
  }
  ~ReassemblyTest() override {
    r.clear(*pool, *memory);
    EXPECT_EQ(pool->used(), 0u);
    EXPECT_EQ(memory->blocks_used(), 0u);
  }

  std::unique_ptr<HeldPool> pool = std::make_unique<HeldPool>();
  std::unique_ptr<mem::PacketMemory> memory = std::make_unique<mem::PacketMemory>();
  Reassembly r;
};

TEST_F(ReassemblyTest, HandsOutWhatBecomesInOrder) {
  insert(105, "fghij");
  EXPECT_EQ(take(104), "");
  EXPECT_EQ(take(105), "fghij");
  EXPECT_TRUE(r.is_empty());
}

TEST_F(ReassemblyTest, JoinsNeighbours) {
  insert(105, "fg");
  insert(109, "jk");
  insert(107, "hi");
  EXPECT_EQ(take(105), "fghijk");
}

TEST_F(ReassemblyTest, WhatCameFirstStays) {
  insert(105, "FGH");
  EXPECT_TRUE(insert(103, "defghijk"));
  EXPECT_EQ(take(103), "deFGHijk");
}

TEST_F(ReassemblyTest, SaysWhichOctetsItHolds) {
  insert(105, "fgh");
  const auto overlap = [this](uint32_t begin, uint32_t end) {
    return r.overlap(*pool, {SeqNumber(begin), SeqNumber(end)});
  };
  EXPECT_EQ(overlap(103, 107), (SeqRange{SeqNumber(105), SeqNumber(107)}));
  EXPECT_EQ(overlap(106, 120), (SeqRange{SeqNumber(106), SeqNumber(108)}));
  EXPECT_TRUE(overlap(100, 105).is_empty());
  EXPECT_TRUE(overlap(108, 110).is_empty());
}

TEST_F(ReassemblyTest, ARangeThatCameAgainIsReportedFirst) {  // RFC 2883 4.1.3
  insert(105, "fgh");
  insert(115, "pqr");
  insert(105, "fgh");
  std::array<SeqRange, 2> blocks;
  EXPECT_EQ(r.report(*pool, blocks), 2u);
  EXPECT_EQ(blocks[0].begin, SeqNumber(105));
}

TEST_F(ReassemblyTest, FillsSeveralHolesWithOneSegment) {
  insert(102, "C");
  insert(104, "E");
  insert(106, "G");
  EXPECT_TRUE(insert(101, "bcdefgh"));
  EXPECT_EQ(take(101), "bCdEfGh");
}

TEST_F(ReassemblyTest, TextThatIsAllThereIsRefused) {
  insert(105, "fghij");
  EXPECT_FALSE(insert(106, "gh"));
  EXPECT_EQ(r.bytes(), 5u);
}

TEST_F(ReassemblyTest, WhatLiesBeforeNxtIsCutOff) {
  insert(105, "fghij");
  EXPECT_EQ(take(107), "hij");
}

TEST_F(ReassemblyTest, AFullTableRefusesMoreRanges) {
  for (uint32_t i = 0; i < Reassembly::kRangesMax; ++i) EXPECT_TRUE(insert(100 + 10 * i, "x"));
  EXPECT_FALSE(insert(50'000, "x"));
}

TEST_F(ReassemblyTest, RangesOfOthersCanRunOut) {
  while (pool->used() < HeldPool::capacity()) (void)pool->allocate();
  EXPECT_FALSE(insert(200, "x"));
  pool->release_at(0);
  EXPECT_TRUE(insert(200, "x"));
  EXPECT_FALSE(insert(202, "x"));
  EXPECT_TRUE(insert(201, "x")) << "behind one that is there";
  r.clear(*pool, *memory);
  for (mem::Index i = 1; i < HeldPool::capacity(); ++i) pool->release_at(i);
}

// The search begins at what changed last, in either direction.
TEST_F(ReassemblyTest, FindsItsPlaceFromWhereverTheLastOneWas) {
  for (const uint32_t begin : {500, 100, 400, 200, 300, 600}) insert(begin, "x");
  EXPECT_TRUE(insert(301, "y"));
  EXPECT_TRUE(insert(201, "y"));
  EXPECT_TRUE(insert(501, "y"));
  std::array<SeqRange, 8> blocks;
  ASSERT_EQ(r.report(*pool, blocks), 6u);
  EXPECT_EQ(blocks[0], (SeqRange{SeqNumber(500), SeqNumber(502)}));
  EXPECT_EQ(take(100), "x");
  EXPECT_EQ(take(200), "xy");
  EXPECT_EQ(take(300), "xy");
  EXPECT_EQ(take(400), "x");
  EXPECT_EQ(take(500), "xy");
  EXPECT_EQ(take(600), "x");
}

TEST_F(ReassemblyTest, ReportsTheLatestFirst) {  // RFC 2018 4 (1)
  insert(200, "x");
  insert(300, "x");
  insert(100, "x");
  insert(301, "x");
  std::array<SeqRange, 2> blocks;
  ASSERT_EQ(r.report(*pool, blocks), 2u);
  EXPECT_EQ(blocks[0], (SeqRange{SeqNumber(300), SeqNumber(302)}));
  EXPECT_EQ(blocks[1], (SeqRange{SeqNumber(100), SeqNumber(101)}));
}

TEST_F(ReassemblyTest, WorksAcrossTheWrap) {
  insert(0xfffffffe, "abcd");
  EXPECT_EQ(take(0xfffffffe), "abcd");
}

}  // namespace
}  // namespace tapstack::transport::tcp
