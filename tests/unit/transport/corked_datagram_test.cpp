#include "transport/corked_datagram.h"

#include "tests/unit/transport/transport_test.h"

namespace tapstack::transport {
namespace {

class CorkedDatagramTest : public TransportTest {
 protected:
  Error append(const Frame& bytes, size_t bytes_max = 65'507) {
    const mem::ConstBytes parts[] = {bytes};
    return corked_.append(ctx_, parts, bytes_max).error();
  }
  Frame take(DatagramInfo& where) {
    const mem::PacketPtr packet = corked_.take(*memory_, where, options_);
    Frame bytes(packet->size());
    memory_->copy_out(*packet, 0, bytes);
    return bytes;
  }

  CorkedDatagram corked_;
  net::PacketOptions options_;
};

TEST_F(CorkedDatagramTest, CostsNothingUntilOneBegins) {
  EXPECT_FALSE(corked_.is_pending());
  corked_.clear(*memory_);
  expect_nothing_held();
}

TEST_F(CorkedDatagramTest, GivesBackWhatItWasGivenInOnePiece) {
  DatagramInfo first = to(kPeer, 4000);
  first.local = kOurs;
  first.interface = ts0_;
  first.ttl = 9;
  first.tos = 8;
  first.flow_label = 5;
  ASSERT_TRUE(corked_.begin(ctx_, first).ok());
  EXPECT_TRUE(corked_.is_pending());
  EXPECT_EQ(corked_.family(*memory_), Family::kIp4);
  EXPECT_EQ(append(text("one ")), Error::kNone);
  EXPECT_EQ(append(text("two")), Error::kNone);
  DatagramInfo where;
  EXPECT_EQ(take(where), text("one two"));
  EXPECT_EQ(where.peer, (Endpoint{kPeer, Port{4000}}));
  EXPECT_EQ(where.local, IpAddress(kOurs));
  EXPECT_EQ(where.interface, ts0_);
  EXPECT_EQ(where.ttl, 9);
  EXPECT_EQ(where.tos, 8);
  EXPECT_EQ(where.flow_label, 5u);
  EXPECT_EQ(where.options, nullptr);
  EXPECT_FALSE(corked_.is_pending());
  expect_nothing_held();
}

TEST_F(CorkedDatagramTest, KeepsOptionsApartFromThePayload) {
  net::PacketOptions given;
  ASSERT_TRUE(given.set(PacketHeader::kIp4Options, Frame{7, 7, 4, 0, 0, 0, 0, 0}).ok());
  DatagramInfo first = to(kPeer, 4000);
  first.options = &given;
  ASSERT_TRUE(corked_.begin(ctx_, first).ok());
  given = {};
  EXPECT_EQ(append(text("a")), Error::kNone);
  DatagramInfo where;
  EXPECT_EQ(take(where), text("a"));
  ASSERT_EQ(where.options, &options_);
  EXPECT_EQ(options_.bytes(false), 8);
}

TEST_F(CorkedDatagramTest, IsLostWithTheOctetThatIsTooMany) {
  ASSERT_TRUE(corked_.begin(ctx_, to(kPeer, 4000)).ok());
  EXPECT_EQ(append(text("1234"), 5), Error::kNone);
  EXPECT_EQ(append(text("5"), 5), Error::kNone);
  EXPECT_EQ(append(text("6"), 5), Error::kMessageTooLong);
  EXPECT_FALSE(corked_.is_pending());
  expect_nothing_held();
}

TEST_F(CorkedDatagramTest, ManyLittlePiecesHoldNoMoreBlocksThanTheirBytesFill) {
  ASSERT_TRUE(corked_.begin(ctx_, to(kPeer, 4000)).ok());
  for (size_t i = 0; i < kConfig.block_bytes; ++i) ASSERT_EQ(append(text("x")), Error::kNone);
  EXPECT_LE(memory_->blocks_used(), 2u);
  corked_.clear(*memory_);
  expect_nothing_held();
}

TEST_F(CorkedDatagramTest, WithoutMemoryNothingBegins) {
  std::vector<mem::PacketPtr> all;
  while (mem::PacketPtr packet = memory_->new_packet(mem::Priority::kControl)) {
    all.push_back(std::move(packet));
  }
  EXPECT_EQ(corked_.begin(ctx_, to(kPeer, 4000)).error(), Error::kNoBuffers);
  EXPECT_FALSE(corked_.is_pending());
}

}  // namespace
}  // namespace tapstack::transport
