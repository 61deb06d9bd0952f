#include "shim/engine/zero_copies.h"

#include <gtest/gtest.h>

namespace tapstack::shim {
namespace {

TEST(ZeroCopies, AreToldOnceAsOneRange) {
  ZeroCopies copies;
  uint32_t first = 7, last = 7;
  EXPECT_FALSE(copies.take(first, last));
  for (int i = 0; i < 3; ++i) copies.add();
  EXPECT_FALSE(copies.is_empty());
  ASSERT_TRUE(copies.take(first, last));
  EXPECT_EQ(first, 0u);
  EXPECT_EQ(last, 2u);
  EXPECT_FALSE(copies.take(first, last));
  copies.add();
  ASSERT_TRUE(copies.take(first, last));
  EXPECT_EQ(first, 3u);
  EXPECT_EQ(last, 3u);
}

}  // namespace
}  // namespace tapstack::shim
