#include "transport/datagram_queue.h"

#include "tests/unit/transport/transport_test.h"

namespace tapstack::transport {
namespace {

class DatagramQueueTest : public TransportTest {
 protected:
  bool push(const Frame& bytes, uint32_t limit) {
    return queue_.push(ctx_, packet_of(bytes), limit, DropReason::kUdpReceiveQueueFull);
  }
  DatagramQueue queue_;
};

TEST_F(DatagramQueueTest, GivesBackInOrder) {
  EXPECT_TRUE(push(text("first"), 100'000));
  EXPECT_TRUE(push(text("second!"), 100'000));
  EXPECT_EQ(queue_.front_bytes(*memory_), 5u);
  EXPECT_EQ(bytes_of(*queue_.front(*memory_)), text("first"));
  EXPECT_EQ(bytes_of(*queue_.pop(*memory_)), text("first"));
  EXPECT_EQ(bytes_of(*queue_.pop(*memory_)), text("second!"));
  EXPECT_FALSE(queue_.pop(*memory_));
  EXPECT_EQ(queue_.charged_bytes(), 0u);
  expect_nothing_held();
}

TEST_F(DatagramQueueTest, ChargesTheBlockThatASmallDatagramHolds) {
  push(text("x"), 100'000);
  EXPECT_GE(queue_.charged_bytes(), kConfig.block_bytes);
  queue_.clear(*memory_);
}

TEST_F(DatagramQueueTest, AnEmptyQueueTakesADatagramLargerThanTheLimit) {
  EXPECT_TRUE(push(Frame(5'000), 100));
  EXPECT_FALSE(push(text("x"), 100));
  EXPECT_EQ(queue_.drops(), 1u);
  EXPECT_EQ(drops(DropReason::kUdpReceiveQueueFull), 1u);
  queue_.clear(*memory_);
  expect_nothing_held();
}

TEST_F(DatagramQueueTest, LeavesTheReserveAlone) {
  while (push(Frame(1'000), 1u << 30)) {
  }
  EXPECT_EQ(drops(DropReason::kMemoryReserve), 1u);
  EXPECT_GE(kConfig.packets - memory_->packets_used(), kConfig.packets_reserved);
  queue_.clear(*memory_);
}

}  // namespace
}  // namespace tapstack::transport
