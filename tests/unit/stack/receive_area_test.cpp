#include "stack/receive_area.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "tests/unit/support/bytes.h"

namespace tapstack {
namespace {

class ReceiveAreaTest : public testing::Test {
 protected:
  // A frame as a device would read it; returns the bytes of the packet.
  std::vector<uint8_t> receive(const std::vector<uint8_t>& frame, size_t room) {
    mem::Bytes spans[64];
    const size_t n = area_.prepare(*memory_, room, spans);
    size_t done = 0;
    for (size_t i = 0; i < n; ++i) {
      const size_t part = std::min(spans[i].size(), frame.size() - done);
      std::copy_n(frame.data() + done, part, spans[i].data());
      done += part;
    }
    EXPECT_EQ(done, frame.size());
    const mem::PacketPtr packet = area_.take(*memory_, frame.size());
    EXPECT_TRUE(packet);
    std::vector<uint8_t> bytes(packet->size());
    memory_->copy_out(*packet, 0, bytes);
    return bytes;
  }
  std::unique_ptr<mem::PacketMemory> memory_ = std::make_unique<mem::PacketMemory>();
  ReceiveArea area_;
};

TEST_F(ReceiveAreaTest, FramesOfEverySizeComeOutAsTheyWentIn) {
  for (const size_t bytes : {1u, 60u, 144u, 145u, 1514u, 2048u, 2049u, 10'000u, 65'549u}) {
    const auto frame = test::pattern(bytes);
    EXPECT_EQ(receive(frame, 65'549), frame);
  }
  area_.release(*memory_);
  EXPECT_EQ(memory_->blocks_used(), 0u);
  EXPECT_EQ(memory_->packets_used(), 0u);
}

TEST_F(ReceiveAreaTest, SmallFramesUseUpNoBlock) {
  mem::Bytes spans[4];
  area_.prepare(*memory_, 1514, spans);
  const uint8_t* const first = spans[0].data();
  receive(test::pattern(60), 1514);
  area_.prepare(*memory_, 1514, spans);
  EXPECT_EQ(spans[0].data(), first);
  EXPECT_EQ(memory_->blocks_used(), 1u);
}

TEST_F(ReceiveAreaTest, AFrameTakesOnlyTheBlocksThatItFills) {
  mem::Bytes spans[64];
  area_.prepare(*memory_, 65'549, spans);
  const size_t prepared = memory_->blocks_used();
  const uint32_t lying_ready = area_.blocks();
  const mem::PacketPtr packet = area_.take(*memory_, 3'000);
  EXPECT_EQ(packet->size(), 3'000u);
  EXPECT_EQ(area_.blocks(), lying_ready - 2);
  EXPECT_EQ(memory_->blocks_used(), prepared);
}

TEST_F(ReceiveAreaTest, WithoutMemoryThereAreNoSpans) {
  mem::Chain all;
  ASSERT_TRUE(memory_->new_chain(static_cast<uint32_t>(kConfig.blocks * kConfig.block_bytes), all,
                                 mem::Priority::kControl));
  mem::Bytes spans[4];
  EXPECT_EQ(area_.prepare(*memory_, 1514, spans), 0u);
  memory_->free_chain(all);
  EXPECT_GT(area_.prepare(*memory_, 1514, spans), 0u);
}

TEST_F(ReceiveAreaTest, WithoutAPacketTheFrameIsLostAndTheAreaStays) {
  mem::Bytes spans[4];
  area_.prepare(*memory_, 1514, spans);
  std::vector<mem::PacketPtr> all;
  for (size_t n = 0; n < kConfig.packets; ++n) {
    all.push_back(memory_->new_packet(mem::Priority::kControl));
  }
  EXPECT_FALSE(area_.take(*memory_, 1514));
  all.clear();
  EXPECT_TRUE(area_.take(*memory_, 1514));
}

}  // namespace
}  // namespace tapstack
