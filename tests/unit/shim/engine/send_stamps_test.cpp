#include "shim/engine/send_stamps.h"

#include <gtest/gtest.h>

namespace tapstack::shim {
namespace {

TEST(SendStamps, ComeBackInTheirOrderWithTheirNumbers) {
  SendStamps stamps;
  SendStamp stamp;
  EXPECT_FALSE(stamps.pop(stamp));
  stamps.push(100);
  stamps.push(200);
  ASSERT_TRUE(stamps.pop(stamp));
  EXPECT_EQ(stamp.key, 0u);
  EXPECT_EQ(stamp.realtime_ns, 100);
  ASSERT_TRUE(stamps.pop(stamp));
  EXPECT_EQ(stamp.key, 1u);
  EXPECT_EQ(stamp.realtime_ns, 200);
  EXPECT_TRUE(stamps.is_empty());
}

TEST(SendStamps, AFullQueueLosesTheNewestButCountsThem) {
  SendStamps stamps;
  for (int i = 0; i < 40; ++i) stamps.push(i);
  SendStamp stamp;
  uint32_t count = 0;
  while (stamps.pop(stamp)) EXPECT_EQ(stamp.key, count++);
  EXPECT_LT(count, 40u);
  stamps.push(1);
  ASSERT_TRUE(stamps.pop(stamp));
  EXPECT_EQ(stamp.key, 40u);
}

TEST(SendStamps, NumbersBeginAgainWhenAskedFor) {
  SendStamps stamps;
  stamps.push(1);
  stamps.restart_keys();
  stamps.push(2);
  SendStamp stamp;
  stamps.pop(stamp);
  ASSERT_TRUE(stamps.pop(stamp));
  EXPECT_EQ(stamp.key, 0u);
}

}  // namespace
}  // namespace tapstack::shim
