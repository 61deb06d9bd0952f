#include "transport/mtu_discover.h"

#include <gtest/gtest.h>

namespace tapstack::transport {
namespace {

TEST(MtuDiscover, TakesLinuxsNumbersAndNoOthers) {
  MtuDiscover how = MtuDiscover::kWant;
  EXPECT_TRUE(set_mtu_discover(how, 5).ok());
  EXPECT_EQ(how, MtuDiscover::kOmit);
  EXPECT_TRUE(set_mtu_discover(how, 0).ok());
  EXPECT_EQ(how, MtuDiscover::kDont);
  for (const int64_t other : {-1, 6, 256}) {
    EXPECT_EQ(set_mtu_discover(how, other).error(), Error::kInvalid);
  }
  EXPECT_EQ(how, MtuDiscover::kDont);
}

TEST(MtuDiscover, SegmentsHaveDfWhereThePathIsToBeLearnt) {
  EXPECT_FALSE(discovers_path_mtu(MtuDiscover::kDont));
  EXPECT_TRUE(discovers_path_mtu(MtuDiscover::kWant));
  EXPECT_TRUE(discovers_path_mtu(MtuDiscover::kDo));
  EXPECT_TRUE(discovers_path_mtu(MtuDiscover::kProbe));
  EXPECT_FALSE(discovers_path_mtu(MtuDiscover::kInterface));
  EXPECT_FALSE(discovers_path_mtu(MtuDiscover::kOmit));
}

}  // namespace
}  // namespace tapstack::transport
