#include "net/checksum_offload.h"

#include "tests/unit/net/net_test.h"

namespace tapstack::net {
namespace {

class ChecksumOffloadTest : public link::LinkTest {
 protected:
  mem::PacketPtr partial(const Frame& bytes, uint16_t start, uint16_t offset) {
    mem::PacketPtr packet = packet_of(bytes);
    packet->info.offload.checksum = mem::ChecksumState::kPartial;
    packet->info.offload.checksum_start = start;
    packet->info.offload.checksum_offset = offset;
    packet->info.protocol = 17;
    return packet;
  }
};

TEST_F(ChecksumOffloadTest, CompletesFromTheSumInTheField) {
  // UDP 10.10.10.2:4000 to 10.10.10.1:53, "ab"; the field holds the sum of the pseudo header.
  const mem::PacketPtr packet = partial(test::hex("0fa0 0035 000a 2832 6162"), 0, 6);
  ASSERT_TRUE(complete_checksum(ctx_, *packet));
  EXPECT_EQ(bytes_of(*packet), test::hex("0fa0 0035 000a 668c 6162"));
  EXPECT_EQ(packet->info.offload.checksum, mem::ChecksumState::kUnknown);
}

TEST_F(ChecksumOffloadTest, UdpSendsAZeroChecksumAsAllOnes) {
  const mem::PacketPtr packet = partial(test::hex("0000 0000 0000 ffff"), 0, 6);
  ASSERT_TRUE(complete_checksum(ctx_, *packet));
  EXPECT_EQ(bytes_of(*packet), test::hex("0000 0000 0000 ffff"));
}

TEST_F(ChecksumOffloadTest, SharedBlocksAreNotWritten) {
  mem::PacketPtr packet = partial(test::hex("0fa0 0035 000a 2832 6162"), 0, 6);
  const mem::PacketPtr other = memory_->clone(*packet, mem::Priority::kControl);
  ASSERT_TRUE(complete_checksum(ctx_, *packet));
  EXPECT_EQ(bytes_of(*other), test::hex("0fa0 0035 000a 2832 6162"));
}

TEST_F(ChecksumOffloadTest, PositionsOutsideThePacketAreRefused) {
  EXPECT_FALSE(complete_checksum(ctx_, *partial(Frame(8), 0, 7)));
  EXPECT_FALSE(complete_checksum(ctx_, *partial(Frame(8), 9, 0)));
  EXPECT_FALSE(complete_checksum(ctx_, *partial(Frame(8), 65535, 65535)));
  EXPECT_FALSE(complete_checksum(ctx_, *partial(Frame(400), 300, 6)));
}

TEST_F(ChecksumOffloadTest, CompletePacketsAreLeftAlone) {
  const mem::PacketPtr packet = packet_of(Frame(8));
  EXPECT_TRUE(complete_checksum(ctx_, *packet));
  EXPECT_EQ(bytes_of(*packet), Frame(8));
}

TEST_F(ChecksumOffloadTest, OwnFrontGivesBytesThatMayBeWritten) {
  mem::PacketPtr packet = packet_of(test::pattern(100));
  const mem::PacketPtr other = memory_->clone(*packet, mem::Priority::kControl);
  own_front(ctx_, *packet, 20)[0] = 0xee;
  EXPECT_EQ(bytes_of(*packet)[0], 0xee);
  EXPECT_EQ(tail(bytes_of(*packet), 1), tail(test::pattern(100), 1));
  EXPECT_EQ(bytes_of(*other), test::pattern(100));
  EXPECT_EQ(own_front(ctx_, *packet, 101), nullptr);
}

}  // namespace
}  // namespace tapstack::net
