#include "shim/common/errno_map.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace tapstack::shim {
namespace {

TEST(ErrnoMap, NoErrorIsZero) { EXPECT_EQ(to_errno(Error::kNone), 0); }

TEST(ErrnoMap, GivesTheNumbersOfLinux) {
  EXPECT_EQ(to_errno(Error::kWouldBlock), 11);
  EXPECT_EQ(to_errno(Error::kConnectionRefused), 111);
  EXPECT_EQ(to_errno(Error::kTooManySockets), 23);
  EXPECT_EQ(to_errno(Error::kNotSupported), 95);
  EXPECT_EQ(to_errno(Error::kBadHandle), 9);
}

// EIO is what one that it does not know would become, and the last one is.
TEST(ErrnoMap, KnowsEveryErrorOfTheCore) {
  for (int i = 1; i < static_cast<int>(Error::kInputOutput); ++i) {
    const int number = to_errno(static_cast<Error>(i));
    EXPECT_GT(number, 0) << i;
    EXPECT_NE(number, EIO) << i;
  }
}

TEST(ErrnoMap, MapsDifferentErrorsToDifferentNumbers) {
  bool seen[200] = {};
  for (int i = 1; i <= static_cast<int>(Error::kInputOutput); ++i) {
    const int number = to_errno(static_cast<Error>(i));
    EXPECT_FALSE(seen[number]) << i;
    seen[number] = true;
  }
}

}  // namespace
}  // namespace tapstack::shim
