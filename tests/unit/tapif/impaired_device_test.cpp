#include "tapif/impaired_device.h"

#include <gtest/gtest.h>

#include "frames.h"
#include "tapif/memory_pair.h"

namespace tapstack::tapif {
namespace {

using testing::checksums_are_right;
using testing::tcp4_frame;
using testing::tcp4_offload;

constexpr Instant kWrittenAt = Instant::from_us(5'000'000);

class ImpairedDeviceTest : public ::testing::Test {
 protected:
  void make(const char* text) {
    Impairment impairment;
    ASSERT_FALSE(parse_impairment(text, impairment));
    auto [near, far] = make_memory_pair({}, {});
    device_ = impair(std::move(near), impairment);
    far_ = std::move(far);
  }

  static int write(Device& device, const std::vector<uint8_t>& frame, const api::Offload& offload) {
    const ConstBytes span(frame);
    return device.write(kWrittenAt, {&span, 1}, offload);
  }

  // The next frame, empty when there is none.
  static std::vector<uint8_t> read(Device& device, Instant now) {
    std::vector<uint8_t> frame(65549);
    const Bytes span(frame);
    api::Offload offload;
    const int n = device.read(now, {&span, 1}, offload);
    EXPECT_EQ(offload.checksum, api::ChecksumState::kUnknown);
    frame.resize(n > 0 ? static_cast<size_t>(n) : 0);
    return frame;
  }

  std::unique_ptr<Device> device_, far_;
};

TEST_F(ImpairedDeviceTest, SuperframeGoesOutAsPackets) {
  make("loss=0%");
  EXPECT_EQ(write(*device_, tcp4_frame(3000, 0x10), tcp4_offload(1448)), 0);
  for (const size_t bytes : {1502u, 1502u, 158u}) {
    const auto packet = read(*far_, kWrittenAt);
    ASSERT_EQ(packet.size(), bytes);
    EXPECT_TRUE(checksums_are_right(packet));
  }
  EXPECT_TRUE(read(*far_, kWrittenAt).empty());
}

TEST_F(ImpairedDeviceTest, SuperframeComesInAsPackets) {
  make("loss=0%");
  EXPECT_EQ(write(*far_, tcp4_frame(3000, 0x10), tcp4_offload(1448)), 0);
  for (const size_t bytes : {1502u, 1502u, 158u, 0u}) {
    EXPECT_EQ(read(*device_, kWrittenAt).size(), bytes);
  }
}

TEST_F(ImpairedDeviceTest, DelayedOutputLeavesWithTheReadAtItsDeadline) {
  make("out.delay=10ms");
  write(*device_, tcp4_frame(10, 0x10), tcp4_offload(0));
  EXPECT_TRUE(read(*far_, kWrittenAt).empty());
  ASSERT_EQ(device_->next_deadline(), kWrittenAt + Duration::ms(10));
  EXPECT_FALSE(device_->is_drained());
  EXPECT_TRUE(read(*device_, kWrittenAt + Duration::ms(10)).empty());
  EXPECT_EQ(read(*far_, kWrittenAt).size(), 64u);
  EXPECT_TRUE(device_->is_drained());
  EXPECT_TRUE(device_->next_deadline().is_never());
}

TEST_F(ImpairedDeviceTest, DelayedInputIsReadAtItsDeadline) {
  make("in.delay=10ms");
  write(*far_, tcp4_frame(10, 0x10), tcp4_offload(0));
  EXPECT_TRUE(read(*device_, kWrittenAt).empty());
  EXPECT_EQ(device_->next_deadline(), kWrittenAt + Duration::ms(10));
  EXPECT_EQ(read(*device_, kWrittenAt + Duration::ms(10)).size(), 64u);
}

TEST_F(ImpairedDeviceTest, EverythingLostMeansNothingArrives) {
  make("loss=100%");
  EXPECT_EQ(write(*device_, tcp4_frame(3000, 0x10), tcp4_offload(1448)), 0);
  EXPECT_TRUE(read(*far_, kWrittenAt).empty());
}

TEST_F(ImpairedDeviceTest, DeviceThatIsGoneIsReported) {
  make("delay=0ms");
  far_.reset();
  EXPECT_EQ(write(*device_, tcp4_frame(10, 0x10), tcp4_offload(0)), -ENODEV);
  std::vector<uint8_t> frame(100);
  const Bytes span(frame);
  api::Offload offload;
  EXPECT_EQ(device_->read(kWrittenAt, {&span, 1}, offload), -ENODEV);
}

}  // namespace
}  // namespace tapstack::tapif
