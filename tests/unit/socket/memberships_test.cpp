#include "socket/memberships.h"

#include "tests/unit/socket/socket_test.h"

namespace tapstack::socket {
namespace {

const IpAddress kGroup = Ip4Address::from(239, 1, 2, 3);
const IpAddress kA = Ip4Address::from(10, 0, 0, 1);
const IpAddress kB = Ip4Address::from(10, 0, 0, 2);
const GroupRequest kHere{kGroup, link::kLoopback};

class MembershipsTest : public SocketTest {
 protected:
  size_t count(SocketId id) {
    IpAddress sources[4];
    const auto filter = source_filter(view(), id, kHere, ctx_.now, sources);
    return filter.ok() ? filter->count : 99;
  }
};

TEST_F(MembershipsTest, JoinsOnceAndLeavesOnce) {
  const SocketId id = open(SocketKind::kUdp);
  EXPECT_TRUE(join_group(env(), id, kHere).ok());
  EXPECT_EQ(join_group(env(), id, kHere).error(), Error::kAddressInUse);
  EXPECT_TRUE(leave_group(env(), id, {kGroup, {}}).ok()) << "found where it was joined";
  EXPECT_EQ(leave_group(env(), id, kHere).error(), Error::kAddressNotAvailable);
}

TEST_F(MembershipsTest, RefusesWhatLinuxRefuses) {
  const SocketId id = open(SocketKind::kUdp);
  EXPECT_EQ(join_group(env(), {}, kHere).error(), Error::kBadHandle);
  EXPECT_EQ(join_group(env(), open(SocketKind::kTcp), kHere).error(), Error::kProtocol);
  EXPECT_EQ(join_group(env(), id, {kA, link::kLoopback}).error(), Error::kInvalid);
  EXPECT_EQ(join_group(env(), id, {kGroup, InterfaceId{9}}).error(), Error::kNoDevice);
  EXPECT_EQ(block_source(env(), id, kHere, kA).error(), Error::kInvalid);
}

TEST_F(MembershipsTest, SingleSourcesComeAndGo) {
  const SocketId id = open(SocketKind::kUdp);
  EXPECT_TRUE(join_source(env(), id, kHere, kA).ok());
  EXPECT_TRUE(join_source(env(), id, kHere, kB).ok());
  EXPECT_EQ(join_source(env(), id, kHere, kA).error(), Error::kAddressNotAvailable);
  EXPECT_EQ(block_source(env(), id, kHere, kA).error(), Error::kInvalid);
  EXPECT_EQ(count(id), 2u);
  EXPECT_TRUE(leave_source(env(), id, kHere, kA).ok());
  EXPECT_TRUE(leave_source(env(), id, kHere, kB).ok());
  EXPECT_EQ(leave_group(env(), id, kHere).error(), Error::kAddressNotAvailable);
}

TEST_F(MembershipsTest, SourcesAreBlockedAndUnblocked) {
  const SocketId id = open(SocketKind::kUdp);
  ASSERT_TRUE(join_group(env(), id, kHere).ok());
  EXPECT_TRUE(block_source(env(), id, kHere, kA).ok());
  EXPECT_EQ(block_source(env(), id, kHere, kA).error(), Error::kAddressNotAvailable);
  EXPECT_EQ(join_source(env(), id, kHere, kA).error(), Error::kInvalid);
  EXPECT_TRUE(unblock_source(env(), id, kHere, kA).ok());
  EXPECT_EQ(unblock_source(env(), id, kHere, kA).error(), Error::kAddressNotAvailable);
}

TEST_F(MembershipsTest, FilterIsReplacedAsAWhole) {
  const SocketId id = open(SocketKind::kUdp);
  const IpAddress both[] = {kA, kB};
  EXPECT_EQ(set_source_filter(env(), id, kHere, FilterMode::kInclude, both).error(),
            Error::kAddressNotAvailable);
  ASSERT_TRUE(join_group(env(), id, kHere).ok());
  EXPECT_TRUE(set_source_filter(env(), id, kHere, FilterMode::kInclude, both).ok());
  IpAddress sources[1];
  const auto filter = source_filter(view(), id, kHere, ctx_.now, sources);
  ASSERT_TRUE(filter.ok());
  EXPECT_EQ(filter->mode, FilterMode::kInclude);
  EXPECT_EQ(filter->count, 2u);
  EXPECT_EQ(sources[0], kA);
  EXPECT_TRUE(set_source_filter(env(), id, kHere, FilterMode::kInclude, {}).ok());
  EXPECT_EQ(count(id), 99u) << "left";
}

TEST_F(MembershipsTest, ClosedSocketIsAMemberNoMore) {
  const SocketId id = open(SocketKind::kUdp);
  ASSERT_TRUE(join_group(env(), id, kHere).ok());
  ASSERT_TRUE(close(env(), id).ok());
  EXPECT_FALSE(layers_->network.parts().groups.is_member(link::kLoopback, kGroup));
}

}  // namespace
}  // namespace tapstack::socket
