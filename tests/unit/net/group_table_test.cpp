#include "net/group_table.h"

#include <gtest/gtest.h>

namespace tapstack::net {
namespace {

constexpr InterfaceId kIf{2};
const Ip4Address kGroup = Ip4Address::from(239, 1, 2, 3);

TEST(GroupTable, EveryHostIsInAllHosts) {
  EXPECT_TRUE(GroupTable().is_member(kIf, Ip4Address::from(224, 0, 0, 1)));
  EXPECT_FALSE(GroupTable().is_member(kIf, Ip4Address::from(224, 0, 0, 2)));
}

TEST(GroupTable, MembershipCountsPerInterface) {
  GroupTable table;
  ASSERT_TRUE(table.join(kIf, kGroup).ok());
  EXPECT_TRUE(table.is_member(kIf, kGroup));
  EXPECT_FALSE(table.is_member(InterfaceId{3}, kGroup));
}

TEST(GroupTable, LastMemberToLeaveEndsIt) {
  GroupTable table;
  ASSERT_TRUE(table.join(kIf, kGroup).ok());
  ASSERT_TRUE(table.join(kIf, kGroup).ok());
  ASSERT_TRUE(table.leave(kIf, kGroup).ok());
  EXPECT_TRUE(table.is_member(kIf, kGroup));
  ASSERT_TRUE(table.leave(kIf, kGroup).ok());
  EXPECT_FALSE(table.is_member(kIf, kGroup));
  EXPECT_EQ(table.leave(kIf, kGroup).error(), Error::kAddressNotAvailable);
}

TEST(GroupTable, OnlyGroupsCanBeJoined) {
  GroupTable table;
  EXPECT_EQ(table.join(kIf, Ip4Address::from(10, 0, 0, 1)).error(), Error::kInvalid);
}

TEST(GroupTable, IsBounded) {
  GroupTable table;
  for (uint8_t i = 0; i < kConfig.multicast_groups; ++i) {
    ASSERT_TRUE(table.join(kIf, Ip4Address::from(239, 0, 0, i)).ok());
  }
  EXPECT_EQ(table.join(kIf, kGroup).error(), Error::kNoBuffers);
}

TEST(GroupTable, FlushForgetsOneInterface) {
  GroupTable table;
  ASSERT_TRUE(table.join(kIf, kGroup).ok());
  ASSERT_TRUE(table.join(InterfaceId{3}, kGroup).ok());
  table.flush(kIf);
  EXPECT_FALSE(table.is_member(kIf, kGroup));
  EXPECT_TRUE(table.is_member(InterfaceId{3}, kGroup));
}

}  // namespace
}  // namespace tapstack::net
