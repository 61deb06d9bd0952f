#include "transport/sticky_options.h"

#include "tests/unit/transport/transport_test.h"

namespace tapstack::transport {
namespace {

class StickyOptionsTest : public TransportTest {
 protected:
  StickyOptions options_;
};

const Frame kRoute = {7, 7, 4, 0, 0, 0, 0, 0};

TEST_F(StickyOptionsTest, CostNothingUntilSomethingIsSet) {
  EXPECT_TRUE(options_.set(ctx_, PacketHeader::kIp4Options, {}).ok());
  EXPECT_EQ(options_.get(*memory_), nullptr);
  expect_nothing_held();
}

TEST_F(StickyOptionsTest, AreWhatWasSetUntilCleared) {
  ASSERT_TRUE(options_.set(ctx_, PacketHeader::kIp4Options, kRoute).ok());
  const auto bytes = options_.get(*memory_)->get(PacketHeader::kIp4Options);
  EXPECT_EQ(Frame(bytes.begin(), bytes.end()), kRoute);
  options_.clear(*memory_);
  EXPECT_EQ(options_.get(*memory_), nullptr);
  expect_nothing_held();
}

TEST_F(StickyOptionsTest, ARefusedOneLeavesTheOld) {
  ASSERT_TRUE(options_.set(ctx_, PacketHeader::kIp4Options, kRoute).ok());
  EXPECT_EQ(options_.set(ctx_, PacketHeader::kIp4Options, Frame{7, 2, 0}).error(), Error::kInvalid);
  EXPECT_EQ(options_.get(*memory_)->bytes(false), 8);
  options_.clear(*memory_);
}

TEST_F(StickyOptionsTest, WithoutMemoryNothingIsSet) {
  std::vector<mem::PacketPtr> all;
  while (mem::PacketPtr packet = memory_->new_packet(mem::Priority::kControl)) {
    all.push_back(std::move(packet));
  }
  EXPECT_EQ(options_.set(ctx_, PacketHeader::kIp4Options, kRoute).error(), Error::kNoBuffers);
  EXPECT_EQ(options_.get(*memory_), nullptr);
}

}  // namespace
}  // namespace tapstack::transport
