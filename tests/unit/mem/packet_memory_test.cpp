// Packets and queues of packet memory.
#include "mem/packet_memory.h"

#include <array>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

#include "tests/unit/mem/memory_test.h"
#include "tests/unit/support/soil.h"

namespace tapstack::mem {
namespace {

using test::pattern;

static_assert(std::is_trivially_copyable_v<PacketMemory>);

using PacketTest = MemoryTest;

constexpr uint32_t kHeaderArea = kConfig.packet_header_bytes;

TEST_F(PacketTest, GivesEverythingBackWhenItsOwnerGoes) {
  { const PacketPtr packet = packet_of(pattern(3000), 54); }
  expect_nothing_held();
}

TEST_F(PacketTest, AssigningReleasesWhatWasOwned) {
  PacketPtr packet = packet_of(pattern(10));
  packet = packet_of(pattern(20));
  EXPECT_EQ(memory_->packets_used(), 1u);
  EXPECT_EQ(packet->size(), 20u);
}

TEST_F(PacketTest, ReleaseAndAdoptHandOwnershipOver) {
  PacketPtr packet = packet_of(pattern(10));
  const Index index = packet.release();
  EXPECT_FALSE(packet);
  EXPECT_EQ(memory_->packets_used(), 1u);
  { const PacketPtr again = memory_->adopt(index); }
  expect_nothing_held();
}

TEST_F(PacketTest, DataLeavesTheReservedPackets) {
  PacketQueue queue;
  while (PacketPtr packet = memory_->new_packet(Priority::kData)) {
    memory_->push(queue, std::move(packet));
  }
  EXPECT_EQ(memory_->packets_used(), kConfig.packets - kConfig.packets_reserved);
  EXPECT_FALSE(memory_->may_keep(0));
  while (PacketPtr packet = memory_->new_packet(Priority::kControl)) {
    memory_->push(queue, std::move(packet));
  }
  EXPECT_EQ(memory_->packets_used(), kConfig.packets);
  memory_->clear(queue);
  expect_nothing_held();
}

TEST_F(PacketTest, PullOfBytesThatAreContiguousCopiesNothing) {
  const PacketPtr packet = packet_of(pattern(100));
  const uint8_t* bytes = memory_->pull(*packet, 60);
  std::array<ConstBytes, 2> spans;
  ASSERT_EQ(memory_->gather(*packet, spans), 1u);
  EXPECT_EQ(bytes, spans[0].data());
}

TEST_F(PacketTest, PullAcrossSlicesMakesThemContiguous) {
  const PacketPtr packet = packet_of(pattern(10));
  Chain more = chain_of(pattern(kBlock, 10));
  Chain tail;
  ASSERT_TRUE(memory_->share(more, 0, kBlock, tail, Priority::kData));  // cannot be merged
  memory_->append_chain(packet->chain, tail);
  ASSERT_EQ(packet->chain.slices, 2u);
  const uint8_t* bytes = memory_->pull(*packet, 40);
  ASSERT_NE(bytes, nullptr);
  EXPECT_EQ(std::vector<uint8_t>(bytes, bytes + 40), pattern(40));
  EXPECT_EQ(bytes_of(*packet), pattern(kBlock + 10));
  memory_->free_chain(more);
}

TEST_F(PacketTest, PullGoesOnBehindWhatIsInTheHeaderAreaAlready) {
  const PacketPtr packet = packet_of(pattern(500), 20);
  const uint8_t* bytes = memory_->pull(*packet, kHeaderArea);
  ASSERT_NE(bytes, nullptr);
  EXPECT_EQ(std::vector<uint8_t>(bytes, bytes + kHeaderArea), pattern(kHeaderArea));
  EXPECT_EQ(bytes_of(*packet), pattern(500));
}

TEST_F(PacketTest, PullRefusesMoreThanThereIsAndMoreThanFits) {
  const PacketPtr small = packet_of(pattern(10));
  EXPECT_EQ(memory_->pull(*small, 11), nullptr);
  const PacketPtr large = packet_of(pattern(500));
  EXPECT_EQ(memory_->pull(*large, kHeaderArea + 1), nullptr);
  EXPECT_EQ(bytes_of(*large), pattern(500));
}

TEST_F(PacketTest, PrependEndsWhereTheHeaderAreaDoes) {
  const PacketPtr packet = packet_of(pattern(10));
  EXPECT_NE(memory_->prepend(*packet, kHeaderArea), nullptr);
  EXPECT_EQ(memory_->prepend(*packet, 1), nullptr);
  EXPECT_EQ(packet->size(), kHeaderArea + 10);
}

TEST_F(PacketTest, TrimsAcrossHeaderAreaAndChain) {
  const PacketPtr packet = packet_of(pattern(100), 40);
  memory_->trim_front(*packet, 50);
  EXPECT_EQ(bytes_of(*packet), pattern(50, 50));
  const PacketPtr other = packet_of(pattern(100), 40);
  memory_->trim_back(*other, 70);
  EXPECT_EQ(bytes_of(*other), pattern(30));
}

TEST_F(PacketTest, ATrimmedHeaderAreaHasItsRoomBack) {
  const PacketPtr packet = packet_of(pattern(100), 40);
  memory_->trim_front(*packet, 40);
  EXPECT_NE(memory_->prepend(*packet, kHeaderArea), nullptr);
}

TEST_F(PacketTest, CopyOutAndSumCrossTheEndOfTheHeaderArea) {
  const auto bytes = pattern(kBlock + 100);
  for (const size_t in_header : {0u, 1u, 41u, 54u}) {
    const PacketPtr packet = packet_of(bytes, in_header);
    for (const uint32_t offset : {0u, 1u, 34u, 53u, 60u}) {
      const uint32_t length = kBlock + 1;
      std::vector<uint8_t> part(length);
      memory_->copy_out(*packet, offset, part);
      EXPECT_EQ(part, pattern(length, offset));
      EXPECT_EQ(memory_->sum(*packet, offset, length), checksum_sum(part)) << in_header << offset;
    }
  }
}

TEST_F(PacketTest, SumCanEndInTheHeaderArea) {
  const PacketPtr packet = packet_of(pattern(100), 54);
  EXPECT_EQ(memory_->sum(*packet, 14, 20), checksum_sum(pattern(20, 14)));
}

TEST_F(PacketTest, CopyOutCanEndInTheHeaderArea) {
  const PacketPtr packet = packet_of(pattern(100), 54);
  std::vector<uint8_t> part(20);
  memory_->copy_out(*packet, 14, part);
  EXPECT_EQ(part, pattern(20, 14));
}

TEST_F(PacketTest, GatherIsAllOrNothing) {
  const PacketPtr packet = packet_of(pattern(2 * kBlock), 14);
  std::array<ConstBytes, 3> spans;
  EXPECT_EQ(memory_->gather(*packet, spans), 3u);
  EXPECT_EQ(memory_->gather(*packet, std::span(spans).first(2)), 0u);
}

TEST_F(PacketTest, ACloneSharesTheBlocksAndHasItsOwnHeader) {
  PacketPtr packet = packet_of(pattern(3000), 20);
  packet->info.ttl = 9;
  const size_t blocks = memory_->blocks_used();
  const PacketPtr clone = memory_->clone(*packet, Priority::kData);
  EXPECT_EQ(memory_->blocks_used(), blocks);
  packet->header[packet->header_begin] = 0xff;
  packet.reset();
  EXPECT_EQ(clone->info.ttl, 9);
  EXPECT_EQ(bytes_of(*clone), pattern(3000));
}

TEST_F(PacketTest, FlattenMovesTheHeaderIntoTheChain) {
  const PacketPtr packet = packet_of(pattern(100), 40);
  ASSERT_TRUE(memory_->flatten_header(*packet, Priority::kData));
  EXPECT_EQ(packet->chain.length, 100u);
  EXPECT_EQ(bytes_of(packet->chain), pattern(100));
}

TEST_F(PacketTest, QueueIsFirstInFirstOutAndCountsBytes) {
  PacketQueue queue;
  memory_->push(queue, packet_of(pattern(10)));
  memory_->push(queue, packet_of(pattern(20)));
  EXPECT_EQ(queue.count, 2u);
  EXPECT_EQ(queue.bytes, 30u);
  EXPECT_EQ(memory_->pop(queue)->size(), 10u);
  EXPECT_EQ(memory_->pop(queue)->size(), 20u);
  EXPECT_FALSE(memory_->pop(queue));
  EXPECT_EQ(queue.bytes, 0u);
}

TEST_F(PacketTest, StoredIndicesHoldAfterAMoveOfTheMemory) {
  PacketQueue queue;
  memory_->push(queue, packet_of(pattern(3000), 20));
  auto copy = std::make_unique<PacketMemory>(*memory_);
  std::memset(static_cast<void*>(memory_.get()), 0x77, sizeof(PacketMemory));
  memory_ = std::move(copy);
  EXPECT_EQ(bytes_of(*memory_->pop(queue)), pattern(3000));
  expect_nothing_held();
}

TEST_F(PacketTest, ConstructionTouchesNoPool) {
  test::soil(memory_.get(), sizeof(PacketMemory));
  new (memory_.get()) PacketMemory();
  EXPECT_LE(test::bytes_written(memory_.get(), sizeof(PacketMemory)), 64u);
}

TEST_F(PacketTest, WorksInMemoryThatHeldSomethingElse) {
  test::soil(memory_.get(), sizeof(PacketMemory));
  new (memory_.get()) PacketMemory();
  EXPECT_EQ(bytes_of(*packet_of(pattern(5000), 54)), pattern(5000));
  expect_nothing_held();
}

}  // namespace
}  // namespace tapstack::mem
