// What the tests of packet memory share.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "mem/packet_memory.h"
#include "tests/unit/support/bytes.h"

namespace tapstack::mem {

constexpr uint32_t kBlock = kConfig.block_bytes;

class MemoryTest : public testing::Test {
 protected:
  MemoryTest() : memory_(std::make_unique<PacketMemory>()) {}

  std::vector<uint8_t> bytes_of(const Chain& chain) const {
    std::vector<uint8_t> bytes(chain.length);
    memory_->chain_copy_out(chain, 0, bytes);
    return bytes;
  }
  std::vector<uint8_t> bytes_of(const Packet& packet) const {
    std::vector<uint8_t> bytes(packet.size());
    memory_->copy_out(packet, 0, bytes);
    return bytes;
  }
  Chain chain_of(const std::vector<uint8_t>& bytes) {
    Chain chain;
    EXPECT_TRUE(memory_->append_copy(chain, bytes, Priority::kControl));
    return chain;
  }
  // A packet whose first `in_header` bytes lie in the header area.
  PacketPtr packet_of(const std::vector<uint8_t>& bytes, size_t in_header = 0) {
    PacketPtr packet = memory_->new_packet(Priority::kControl);
    packet->chain = chain_of({bytes.begin() + static_cast<ptrdiff_t>(in_header), bytes.end()});
    uint8_t* header = memory_->prepend(*packet, static_cast<uint32_t>(in_header));
    std::copy_n(bytes.begin(), in_header, header);
    return packet;
  }
  // Takes blocks until `left` are free.
  Chain hog_all_but(size_t left) {
    Chain hog;
    const size_t take = kConfig.blocks - memory_->blocks_used() - left;
    EXPECT_TRUE(memory_->new_chain(static_cast<uint32_t>(take) * kBlock, hog, Priority::kControl));
    return hog;
  }
  void expect_nothing_held() const {
    EXPECT_EQ(memory_->blocks_used(), 0u);
    EXPECT_EQ(memory_->slices_used(), 0u);
    EXPECT_EQ(memory_->packets_used(), 0u);
  }

  std::unique_ptr<PacketMemory> memory_;
};

}  // namespace tapstack::mem
