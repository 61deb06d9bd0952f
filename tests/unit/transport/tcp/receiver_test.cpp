#include "transport/tcp/receiver.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace tapstack::transport::tcp {
namespace {

class ReceiverTest : public ::testing::Test {
 protected:
  void append(size_t n) {
    mem::Chain chain;
    const std::string text(n, 'x');
    ASSERT_TRUE(memory->append_copy(chain, {reinterpret_cast<const uint8_t*>(text.data()), n},
                                    mem::Priority::kData));
    r.append(*memory, chain);
  }
  std::unique_ptr<mem::PacketMemory> memory = std::make_unique<mem::PacketMemory>();
  Receiver r;
};

TEST_F(ReceiverTest, ShiftIsTheSmallestThatReaches) {
  EXPECT_EQ(window_shift_for(65'535), 0);
  EXPECT_EQ(window_shift_for(65'536), 1);
  EXPECT_EQ(window_shift_for(6u << 20), 7);
  EXPECT_EQ(window_shift_for(0xffffffff), 14);
}

TEST_F(ReceiverTest, TheWindowShrinksByWhatIsQueuedOnly) {
  r.start(SeqNumber(0), 20'000, 0);
  EXPECT_EQ(r.advertise(1000), 20'000);
  append(5000);
  EXPECT_EQ(r.advertise(1000), 15'000);
}

TEST_F(ReceiverTest, TheRightEdgeNeverMovesBack) {  // RFC 9293 3.8.6.2.2
  r.start(SeqNumber(0), 20'000, 0);
  r.advertise(1000);
  const SeqNumber edge = r.vars().window_end;
  r.set_limit(1000);
  EXPECT_EQ(r.advertise(1000), 20'000);
  EXPECT_EQ(r.vars().window_end, edge);
}

TEST_F(ReceiverTest, TheRightEdgeMovesByAFullSegmentAtLeast) {
  r.start(SeqNumber(0), 20'000, 0);
  r.advertise(1000);
  append(20'000);
  EXPECT_EQ(r.advertise(1000), 0);
  r.consume(*memory, 999);
  EXPECT_EQ(r.advertise(1000), 0);
  r.consume(*memory, 1);
  EXPECT_EQ(r.advertise(1000), 1000);
}

// Each ACK's window is rounded up to 128 octets, the segments are smaller.
TEST_F(ReceiverTest, SmallSegmentsFillTheBufferButNoMoreWhileNobodyReads) {
  r.start(SeqNumber(0), 20'000, 7);
  while (r.advertise(1000) > 0 && r.queue().length < 100'000) append(100);
  EXPECT_GE(r.queue().length, 19'800u);
  EXPECT_LE(r.vars().window_end.since(SeqNumber(1)), 20'000u + 2 * 128);
}

TEST_F(ReceiverTest, ScalingTakesNothingBack) {
  r.start(SeqNumber(0), 100'001, 7);
  r.advertise(1000);
  const SeqNumber edge = r.vars().window_end;
  append(1);
  r.advertise(1000);
  EXPECT_TRUE(r.vars().window_end.at_or_after(edge));
}

TEST_F(ReceiverTest, RoomThatAWindowWithoutScalingCannotTellOfIsNoUpdate) {
  r.start(SeqNumber(0), 200'000, 0);
  r.advertise(1000);
  append(1000);
  r.consume(*memory, 1000);
  EXPECT_FALSE(r.is_update_due(1000));
}

TEST_F(ReceiverTest, AnUpdateIsDueWhenTheWindowCanDouble) {
  r.start(SeqNumber(0), 20'000, 0);
  r.advertise(1000);
  append(16'000);
  EXPECT_FALSE(r.is_update_due(1000));
  r.consume(*memory, 4000);
  EXPECT_TRUE(r.is_update_due(1000));
}

TEST_F(ReceiverTest, SmallPiecesShareBlocksOnceTheLimitIsHeldInBlocks) {
  r.start(SeqNumber(0), 20'000, 0);
  for (int i = 0; i < 33; ++i) append(600);
  EXPECT_LE(mem::PacketMemory::footprint_bytes(r.queue()), 2u * 20'000);
  EXPECT_EQ(r.queue().length, 33u * 600);
}

TEST_F(ReceiverTest, UrgentIsNewOncePerMark) {
  r.start(SeqNumber(0), 20'000, 0);
  EXPECT_TRUE(r.on_urgent(SeqNumber(10)));
  EXPECT_FALSE(r.on_urgent(SeqNumber(10)));
  EXPECT_TRUE(r.on_urgent(SeqNumber(11)));
}

}  // namespace
}  // namespace tapstack::transport::tcp
