// Chains of packet memory.
#include <algorithm>
#include <array>
#include <cstring>
#include <random>

#include "tests/unit/mem/memory_test.h"

namespace tapstack::mem {
namespace {

using test::pattern;

using ChainTest = MemoryTest;

std::vector<uint8_t> slice_of(const std::vector<uint8_t>& bytes, size_t begin, size_t end) {
  return {bytes.begin() + static_cast<ptrdiff_t>(begin),
          bytes.begin() + static_cast<ptrdiff_t>(end)};
}

TEST_F(ChainTest, AppendCopySpreadsOverBlocks) {
  const auto bytes = pattern(2 * kBlock + 1);
  Chain chain = chain_of(bytes);
  EXPECT_EQ(bytes_of(chain), bytes);
  EXPECT_EQ(chain.slices, 3u);
  memory_->free_chain(chain);
  expect_nothing_held();
}

TEST_F(ChainTest, AppendCopyFillsTheTailBlockFirst) {
  Chain chain = chain_of(pattern(100));
  const auto more = pattern(kBlock, 100);
  EXPECT_TRUE(memory_->append_copy(chain, more, Priority::kData));
  EXPECT_EQ(bytes_of(chain), pattern(kBlock + 100));
  EXPECT_EQ(chain.slices, 2u);
}

TEST_F(ChainTest, AppendCopyDoesNotWriteIntoASharedBlock) {
  Chain chain = chain_of(pattern(100));
  Chain other;
  ASSERT_TRUE(memory_->share(chain, 0, 100, other, Priority::kData));
  memory_->append_copy(chain, pattern(5, 100), Priority::kData);
  memory_->append_copy(other, std::vector<uint8_t>(5, 0xee), Priority::kData);
  EXPECT_EQ(bytes_of(chain), pattern(105));
}

TEST_F(ChainTest, AppendCopyIsAllOrNothing) {
  Chain hog = hog_all_but(1);
  Chain chain;
  EXPECT_FALSE(memory_->append_copy(chain, pattern(kBlock + 1), Priority::kControl));
  EXPECT_TRUE(chain.is_empty());
  EXPECT_EQ(memory_->blocks_used(), kConfig.blocks - 1);
  memory_->free_chain(hog);
}

TEST_F(ChainTest, DataLeavesTheReserveUntouched) {
  Chain hog = hog_all_but(kConfig.blocks_reserved);
  Chain chain;
  EXPECT_FALSE(memory_->append_copy(chain, pattern(1), Priority::kData));
  EXPECT_TRUE(memory_->append_copy(chain, pattern(1), Priority::kControl));
  memory_->free_chain(hog);
}

TEST_F(ChainTest, MayKeepSaysNoBeforeTheReserveIsTouched) {
  Chain hog = hog_all_but(kConfig.blocks_reserved + 2);
  EXPECT_TRUE(memory_->may_keep(2 * kBlock));
  EXPECT_FALSE(memory_->may_keep(2 * kBlock + 1));
  memory_->free_chain(hog);
  EXPECT_TRUE(memory_->may_keep(2 * kBlock + 1));
}

TEST_F(ChainTest, AppendChainMovesBlocksWithoutACopy) {
  Chain to = chain_of(pattern(kBlock));
  Chain from = chain_of(pattern(kBlock, kBlock));
  std::array<ConstBytes, 4> spans;
  uint32_t covered = 0;
  ASSERT_EQ(memory_->chain_gather(from, 0, spans, &covered), 1u);
  const uint8_t* data = spans[0].data();
  memory_->append_chain(to, from);
  EXPECT_TRUE(from.is_empty());
  EXPECT_EQ(bytes_of(to), pattern(2 * kBlock));
  ASSERT_EQ(memory_->chain_gather(to, kBlock, spans, &covered), 1u);
  EXPECT_EQ(spans[0].data(), data);
}

TEST_F(ChainTest, AppendChainToAnEmptyOneMovesEverything) {
  Chain to;
  Chain from = chain_of(pattern(10));
  memory_->append_chain(to, from);
  EXPECT_EQ(bytes_of(to), pattern(10));
  memory_->append_chain(to, from);  // empty
  EXPECT_EQ(to.length, 10u);
}

TEST_F(ChainTest, ManySmallPiecesDoNotHoldManyBlocks) {
  Chain to;
  for (size_t i = 0; i < 100; ++i) {
    Chain piece = chain_of(pattern(10, i * 10));
    memory_->append_chain(to, piece);
  }
  EXPECT_EQ(bytes_of(to), pattern(1000));
  EXPECT_EQ(memory_->blocks_used(), 1u);
}

TEST_F(ChainTest, ASmallPieceIsNotCopiedIntoASharedBlock) {
  Chain to = chain_of(pattern(10));
  Chain other;
  ASSERT_TRUE(memory_->share(to, 0, 10, other, Priority::kData));
  Chain piece = chain_of(pattern(10, 10));
  memory_->append_chain(to, piece);
  EXPECT_EQ(to.slices, 2u);
  EXPECT_EQ(bytes_of(to), pattern(20));
}

TEST_F(ChainTest, TrimFrontGivesWholeBlocksBack) {
  Chain chain = chain_of(pattern(3 * kBlock));
  memory_->chain_trim_front(chain, 2 * kBlock + 5);
  EXPECT_EQ(bytes_of(chain), pattern(kBlock - 5, 2 * kBlock + 5));
  EXPECT_EQ(memory_->blocks_used(), 1u);
  memory_->chain_trim_front(chain, chain.length);
  expect_nothing_held();
}

TEST_F(ChainTest, TrimBackGivesWholeBlocksBack) {
  Chain chain = chain_of(pattern(3 * kBlock));
  memory_->chain_trim_back(chain, 2 * kBlock);
  EXPECT_EQ(chain.slices, 1u);
  memory_->chain_trim_back(chain, 5);
  EXPECT_EQ(bytes_of(chain), pattern(kBlock - 5));
  EXPECT_EQ(memory_->blocks_used(), 1u);
  memory_->chain_trim_back(chain, chain.length);
  expect_nothing_held();
}

TEST_F(ChainTest, WhatWasTrimmedCanBeWrittenAgain) {
  Chain chain = chain_of(pattern(kBlock));
  memory_->chain_trim_back(chain, 10);
  memory_->append_copy(chain, pattern(10, kBlock - 10), Priority::kData);
  EXPECT_EQ(chain.slices, 1u);
  EXPECT_EQ(bytes_of(chain), pattern(kBlock));
}

TEST_F(ChainTest, ASharedPartOutlivesTheOriginal) {
  Chain chain = chain_of(pattern(3 * kBlock));
  Chain part;
  ASSERT_TRUE(memory_->share(chain, kBlock - 1, kBlock + 2, part, Priority::kData));
  memory_->free_chain(chain);
  EXPECT_EQ(bytes_of(part), pattern(kBlock + 2, kBlock - 1));
  memory_->free_chain(part);
  expect_nothing_held();
}

TEST_F(ChainTest, ACursorFindsWhatAWalkFromTheHeadFinds) {
  Chain chain = chain_of(pattern(20 * kBlock));
  ChainCursor cursor;
  std::mt19937 random(1);
  for (int i = 0; i < 500; ++i) {
    const uint32_t offset = random() % chain.length;
    const uint32_t length = random() % std::min(chain.length - offset, 3 * kBlock) + 1;
    Chain part;
    ASSERT_TRUE(memory_->share(chain, cursor, {offset, length}, part, Priority::kData));
    std::vector<uint8_t> expected(length);
    memory_->chain_copy_out(chain, offset, expected);
    ASSERT_EQ(bytes_of(part), expected);
    memory_->free_chain(part);
    if (i % 5 == 0) {
      const uint32_t n = random() % (kBlock / 8);
      memory_->chain_trim_front(chain, n);
      cursor.on_trim_front(n);
      memory_->append_copy(chain, pattern(n, i), Priority::kData);
    }
  }
}

TEST_F(ChainTest, GatherStopsWhenSpansRunOut) {
  Chain chain = chain_of(pattern(3 * kBlock));
  std::array<ConstBytes, 2> spans;
  uint32_t covered = 0;
  EXPECT_EQ(memory_->chain_gather(chain, 10, spans, &covered), 2u);
  EXPECT_EQ(covered, 2 * kBlock - 10);
  EXPECT_EQ(spans[0].size(), kBlock - 10);
}

TEST_F(ChainTest, ANewChainIsFilledThroughItsWritableSpans) {
  Chain chain;
  ASSERT_TRUE(memory_->new_chain(kBlock + 10, chain, Priority::kControl));
  std::array<Bytes, 2> spans;
  ASSERT_EQ(memory_->chain_writable(chain, spans), 2u);
  const auto bytes = pattern(kBlock + 10);
  std::copy_n(bytes.begin(), kBlock, spans[0].begin());
  std::copy_n(bytes.begin() + kBlock, 10, spans[1].begin());
  EXPECT_EQ(bytes_of(chain), bytes);
}

TEST_F(ChainTest, WritableSpansAreAllOrNone) {
  Chain chain;
  ASSERT_TRUE(memory_->new_chain(2 * kBlock, chain, Priority::kControl));
  std::array<Bytes, 1> spans;
  EXPECT_EQ(memory_->chain_writable(chain, spans), 0u);
}

TEST_F(ChainTest, SplitFrontAtEveryPlaceKeepsBothParts) {
  const auto bytes = pattern(2 * kBlock);
  for (const uint32_t n : {0u, 1u, kBlock - 1, kBlock, kBlock + 1, 2 * kBlock}) {
    Chain from = chain_of(bytes);
    Chain front;
    ASSERT_TRUE(memory_->chain_split_front(from, n, front));
    EXPECT_EQ(bytes_of(front), slice_of(bytes, 0, n));
    EXPECT_EQ(bytes_of(from), slice_of(bytes, n, bytes.size()));
    memory_->free_chain(front);
    memory_->free_chain(from);
    expect_nothing_held();
  }
}

TEST_F(ChainTest, SumsAnyPart) {
  const auto bytes = pattern(2 * kBlock + 7);
  Chain chain = chain_of(bytes);
  memory_->chain_trim_front(chain, 3);  // slices of odd length
  for (const uint32_t offset : {0u, 1u, kBlock - 4, kBlock}) {
    const std::span part = std::span(bytes).subspan(3 + offset, kBlock + 1);
    EXPECT_EQ(memory_->chain_sum(chain, offset, kBlock + 1), checksum_sum(part)) << offset;
  }
  EXPECT_EQ(memory_->chain_sum(chain, chain.length, 0), 0);
}

// Chains against vectors of bytes, with moves of the whole memory in between.
TEST_F(ChainTest, EqualsVectorsUnderRandomOperations) {
  std::mt19937 random(7);
  std::array<Chain, 4> chains;
  std::array<std::vector<uint8_t>, 4> models;
  for (int i = 0; i < 20'000; ++i) {
    const size_t a = random() % 4;
    const size_t b = (a + 1 + random() % 3) % 4;
    const auto n = static_cast<uint32_t>(random() % (chains[a].length + 1));
    switch (random() % 7) {
      case 0: {
        const auto bytes = pattern(random() % (random() % 4 == 0 ? 5000 : 100), random() % 1000);
        if (memory_->append_copy(chains[a], bytes, Priority::kData)) {
          models[a].insert(models[a].end(), bytes.begin(), bytes.end());
        }
        break;
      }
      case 1:
        memory_->append_chain(chains[a], chains[b]);
        models[a].insert(models[a].end(), models[b].begin(), models[b].end());
        models[b].clear();
        break;
      case 2:
        memory_->chain_trim_front(chains[a], n);
        models[a].erase(models[a].begin(), models[a].begin() + n);
        break;
      case 3:
        memory_->chain_trim_back(chains[a], n);
        models[a].erase(models[a].end() - n, models[a].end());
        break;
      case 4:
        memory_->free_chain(chains[b]);
        models[b].clear();
        if (memory_->share(chains[a], n, chains[a].length - n, chains[b], Priority::kData)) {
          models[b] = slice_of(models[a], n, models[a].size());
        }
        break;
      case 5:
        memory_->free_chain(chains[b]);
        models[b].clear();
        if (memory_->chain_split_front(chains[a], n, chains[b])) {
          models[b] = slice_of(models[a], 0, n);
          models[a] = slice_of(models[a], n, models[a].size());
        }
        break;
      default:
        if (random() % 20 == 0) {
          auto copy = std::make_unique<PacketMemory>(*memory_);
          std::memset(static_cast<void*>(memory_.get()), 0xdb, sizeof(PacketMemory));
          memory_ = std::move(copy);
        }
    }
    ASSERT_EQ(bytes_of(chains[a]), models[a]) << i;
    ASSERT_EQ(bytes_of(chains[b]), models[b]) << i;
    size_t slices = 0;
    for (const Chain& chain : chains) slices += chain.slices;
    ASSERT_EQ(slices, memory_->slices_used()) << i;
  }
  for (Chain& chain : chains) memory_->free_chain(chain);
  expect_nothing_held();
}

}  // namespace
}  // namespace tapstack::mem
