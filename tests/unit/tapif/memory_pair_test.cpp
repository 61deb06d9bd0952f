#include "tapif/memory_pair.h"

#include <gtest/gtest.h>
#include <poll.h>

#include "frames.h"

namespace tapstack::tapif {
namespace {

bool is_readable(const Device& device) {
  pollfd one{device.fd(), POLLIN, 0};
  return ::poll(&one, 1, 0) == 1;
}

int write_one(Device& device, size_t bytes) {
  const std::vector<uint8_t> frame(bytes, 0x42);
  const ConstBytes span(frame);
  return device.write({}, {&span, 1}, testing::tcp4_offload(1448));
}

TEST(MemoryPair, FrameCrossesWithItsOffloadInformation) {
  auto [a, b] = make_memory_pair({}, {});
  EXPECT_FALSE(is_readable(*b));
  ASSERT_EQ(write_one(*a, 100), 0);
  EXPECT_TRUE(is_readable(*b));

  uint8_t head[60], rest[60];
  const Bytes spans[] = {head, rest};
  api::Offload offload;
  EXPECT_EQ(b->read({}, spans, offload), 100);
  EXPECT_EQ(rest[39], 0x42);
  EXPECT_EQ(offload.segment_bytes, 1448);
  EXPECT_FALSE(is_readable(*b));
  EXPECT_EQ(b->read({}, spans, offload), 0);
}

TEST(MemoryPair, FullDirectionAsksToTryAgain) {
  auto [a, b] = make_memory_pair({}, {});
  for (int i = 0; i < 1024; ++i) ASSERT_EQ(write_one(*a, 60), 0);
  EXPECT_EQ(write_one(*a, 60), -EAGAIN);
}

TEST(MemoryPair, ClosedEndIsNoticedAfterWhatItWrote) {
  auto [a, b] = make_memory_pair({}, {});
  write_one(*a, 60);
  a.reset();
  uint8_t bytes[100];
  const Bytes span(bytes);
  api::Offload offload;
  EXPECT_EQ(b->read({}, {&span, 1}, offload), 60);
  EXPECT_TRUE(is_readable(*b));
  EXPECT_EQ(b->read({}, {&span, 1}, offload), -ENODEV);
  EXPECT_EQ(write_one(*b, 60), -ENODEV);
}

TEST(NullDevice, SwallowsEverything) {
  auto device = make_null_device({.name = "null0"});
  EXPECT_EQ(write_one(*device, 60), 0);
  EXPECT_EQ(device->fd(), -1);
  EXPECT_EQ(device->info().name, "null0");
  api::Offload offload;
  EXPECT_EQ(device->read({}, {}, offload), 0);
}

}  // namespace
}  // namespace tapstack::tapif
