#include "api/multicast.h"

#include "api/sockets.h"
#include "tests/unit/api/api_test.h"

namespace tapstack::api {
namespace {

// What each call answers is tested in tests/unit/socket; here, that it is handed on.
class Multicast : public ApiTest {
 protected:
  Multicast() : id_(*open(stack_, kStart, Family::kIp4, SocketKind::kUdp, 0)) {}

  const IpAddress source_ = Ip4Address::from(10, 0, 0, 7);
  const GroupRequest request_{Ip4Address::from(224, 0, 0, 251), device_};
  SocketId id_;
};

TEST_F(Multicast, GroupIsJoinedFilteredAndLeft) {
  EXPECT_TRUE(join_group(stack_, kStart, id_, request_).ok());
  EXPECT_TRUE(block_source(stack_, kStart, id_, request_, source_).ok());
  IpAddress sources[2];
  const auto filter = source_filter(stack_, id_, request_, sources);
  ASSERT_TRUE(filter.ok());
  EXPECT_EQ(filter->mode, FilterMode::kExclude);
  EXPECT_EQ(filter->count, 1u);
  EXPECT_EQ(sources[0], source_);
  EXPECT_TRUE(unblock_source(stack_, kStart, id_, request_, source_).ok());
  EXPECT_TRUE(leave_group(stack_, kStart, id_, request_).ok());
}

TEST_F(Multicast, SingleSourceIsJoinedAndLeft) {
  EXPECT_TRUE(join_source(stack_, kStart, id_, request_, source_).ok());
  EXPECT_TRUE(leave_source(stack_, kStart, id_, request_, source_).ok());
  EXPECT_EQ(set_source_filter(stack_, kStart, id_, request_, FilterMode::kExclude, {}).error(),
            Error::kAddressNotAvailable);
}

}  // namespace
}  // namespace tapstack::api
