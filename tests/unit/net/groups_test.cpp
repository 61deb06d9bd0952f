#include "net/groups.h"

#include <gtest/gtest.h>

#include <vector>

namespace tapstack::net {
namespace {

constexpr InterfaceId kTs0{2}, kTs1{3};
const Ip4Address kAddress = Ip4Address::from(239, 1, 2, 3);
const GroupKey kKey{kTs0, kAddress};
const IpAddress kA = Ip4Address::from(10, 0, 0, 1);
const IpAddress kB = Ip4Address::from(10, 0, 0, 2);
constexpr GroupMember kFirst = 1, kSecond = 2;

class GroupsTest : public testing::Test {
 protected:
  // The sources that the merged filter lists.
  std::vector<IpAddress> listed() {
    std::vector<IpAddress> found;
    for (const GroupSource& source : groups_.sources()) {
      if (source.is_listed) found.push_back(source.source);
    }
    return found;
  }
  void listen(GroupMember member, FilterMode mode, std::vector<IpAddress> sources) {
    if (!groups_.mode_of(member, kKey).ok()) {
      ASSERT_TRUE(groups_.add(member, kKey, mode).ok());
    }
    ASSERT_TRUE(groups_.set_filter(member, kKey, mode, sources).ok());
  }

  Groups groups_;
};

TEST_F(GroupsTest, EveryHostIsInAllHosts) {
  EXPECT_TRUE(groups_.is_member(kTs0, Ip4Address::from(224, 0, 0, 1)));
  EXPECT_TRUE(groups_.is_member(kTs0, IpAddress(Ip6Address::all_nodes(), kTs0)));
  EXPECT_FALSE(groups_.is_member(kTs0, Ip4Address::from(224, 0, 0, 2)));
}

TEST_F(GroupsTest, MembershipCountsPerInterface) {
  ASSERT_TRUE(groups_.join(kKey).ok());
  EXPECT_TRUE(groups_.is_member(kTs0, kAddress));
  EXPECT_FALSE(groups_.is_member(kTs1, kAddress));
}

TEST_F(GroupsTest, TheStacksOwnMembershipIsCounted) {
  ASSERT_TRUE(groups_.join(kKey).ok());
  ASSERT_TRUE(groups_.join(kKey).ok());
  ASSERT_TRUE(groups_.leave(kKey).ok());
  EXPECT_TRUE(groups_.is_member(kTs0, kAddress));
  ASSERT_TRUE(groups_.leave(kKey).ok());
  EXPECT_FALSE(groups_.is_member(kTs0, kAddress));
  EXPECT_EQ(groups_.leave(kKey).error(), Error::kAddressNotAvailable);
}

TEST_F(GroupsTest, OnlyGroupsCanBeJoined) {
  EXPECT_EQ(groups_.join({kTs0, kA}).error(), Error::kInvalid);
}

TEST_F(GroupsTest, SocketJoinsOnce) {
  ASSERT_TRUE(groups_.add(kFirst, kKey, FilterMode::kExclude).ok());
  EXPECT_EQ(groups_.add(kFirst, kKey, FilterMode::kExclude).error(), Error::kAddressInUse);
}

TEST_F(GroupsTest, IsBounded) {
  Error error = Error::kNone;
  for (uint8_t i = 1; error == Error::kNone && i < 255; ++i) {
    error = groups_.join({kTs0, Ip4Address::from(239, 0, 0, i)}).error();
  }
  EXPECT_EQ(error, Error::kNoBuffers);
  EXPECT_EQ(groups_.groups().size(), kConfig.multicast_groups);
}

TEST_F(GroupsTest, GroupThatNobodyWantsMakesRoom) {
  ASSERT_TRUE(groups_.join(kKey).ok());
  for (uint8_t i = 1; i < kConfig.multicast_groups; ++i) {
    ASSERT_TRUE(groups_.join({kTs0, Ip4Address::from(239, 0, 0, i)}).ok());
  }
  ASSERT_TRUE(groups_.leave(kKey).ok());
  EXPECT_NE(groups_.find(kKey), nullptr) << "that it was left is still to be told";
  EXPECT_TRUE(groups_.join({kTs1, kAddress}).ok());
  EXPECT_EQ(groups_.find(kKey), nullptr);
}

TEST_F(GroupsTest, FlushForgetsOneInterface) {
  ASSERT_TRUE(groups_.join(kKey).ok());
  ASSERT_TRUE(groups_.join({kTs1, kAddress}).ok());
  groups_.flush(kTs0);
  EXPECT_FALSE(groups_.is_member(kTs0, kAddress));
  EXPECT_TRUE(groups_.is_member(kTs1, kAddress));
}

// RFC 3376 3.2, the examples.
TEST_F(GroupsTest, FiltersMergeToTheUnionOfWhatIsIncluded) {
  listen(kFirst, FilterMode::kInclude, {kA});
  listen(kSecond, FilterMode::kInclude, {kB});
  EXPECT_EQ(groups_.find(kKey)->mode, FilterMode::kInclude);
  EXPECT_EQ(listed(), (std::vector{kA, kB}));
}

TEST_F(GroupsTest, FiltersMergeToTheIntersectionOfWhatIsExcluded) {
  listen(kFirst, FilterMode::kExclude, {kA, kB});
  listen(kSecond, FilterMode::kExclude, {kB});
  EXPECT_EQ(groups_.find(kKey)->mode, FilterMode::kExclude);
  EXPECT_EQ(listed(), std::vector{kB});
}

TEST_F(GroupsTest, IncludedSourceIsNotExcluded) {
  listen(kFirst, FilterMode::kExclude, {kA, kB});
  listen(kSecond, FilterMode::kInclude, {kB});
  EXPECT_EQ(listed(), std::vector{kA});
}

TEST_F(GroupsTest, FilterDecidesForTheSocketThatHasIt) {
  listen(kFirst, FilterMode::kInclude, {kA});
  listen(kSecond, FilterMode::kExclude, {kA});
  EXPECT_TRUE(groups_.accepts(kFirst, kKey, kA, false));
  EXPECT_FALSE(groups_.accepts(kFirst, kKey, kB, true));
  EXPECT_FALSE(groups_.accepts(kSecond, kKey, kA, true));
  EXPECT_TRUE(groups_.accepts(kSecond, kKey, kB, false));
  EXPECT_TRUE(groups_.accepts(7, kKey, kA, true)) << "never joined: as asked";
  EXPECT_FALSE(groups_.accepts(7, kKey, kA, false));
}

TEST_F(GroupsTest, NewModeIsReportedWithItsWholeList) {
  listen(kFirst, FilterMode::kInclude, {kA});
  EXPECT_EQ(groups_.find(kKey)->mode_changes_left, 0);
  EXPECT_EQ(groups_.sources()[0].changes_left, 2);
  listen(kFirst, FilterMode::kExclude, {kA});
  EXPECT_EQ(groups_.find(kKey)->mode_changes_left, 2);
  EXPECT_EQ(groups_.sources()[0].changes_left, 0);
}

TEST_F(GroupsTest, SourceThatGoesIsReportedBeforeItIsForgotten) {
  listen(kFirst, FilterMode::kInclude, {kA, kB});
  ASSERT_TRUE(groups_.remove_source(kFirst, kKey, kA).ok());
  ASSERT_EQ(groups_.sources().size(), 2u);
  for (GroupSource& source : groups_.sources()) source.changes_left = 0;
  groups_.sweep();
  EXPECT_EQ(groups_.sources().size(), 1u);
}

TEST_F(GroupsTest, SourceIsListedOnce) {
  listen(kFirst, FilterMode::kInclude, {kA, kA});
  EXPECT_EQ(groups_.sources_of(kFirst, kKey, {}), 1u);
  EXPECT_EQ(groups_.add_source(kFirst, kKey, kA).error(), Error::kAddressNotAvailable);
  EXPECT_EQ(groups_.remove_source(kFirst, kKey, kB).error(), Error::kAddressNotAvailable);
}

TEST_F(GroupsTest, SourcesAreBounded) {
  ASSERT_TRUE(groups_.add(kFirst, kKey, FilterMode::kInclude).ok());
  const std::vector<IpAddress> many(kConfig.multicast_sources + 1, kA);
  EXPECT_EQ(groups_.set_filter(kFirst, kKey, FilterMode::kInclude, many).error(),
            Error::kNoBuffers);
  EXPECT_EQ(groups_.sources_of(kFirst, kKey, {}), 0u);
}

TEST_F(GroupsTest, ClosedSocketLeavesEverything) {
  listen(kFirst, FilterMode::kInclude, {kA});
  ASSERT_TRUE(groups_.add(kFirst, {kTs1, kAddress}, FilterMode::kExclude).ok());
  groups_.remove_all(kFirst);
  EXPECT_FALSE(groups_.has_memberships(kFirst));
  EXPECT_FALSE(groups_.is_member(kTs0, kAddress));
  EXPECT_FALSE(groups_.is_member(kTs1, kAddress));
}

TEST_F(GroupsTest, MembershipIsFoundWithoutItsInterface) {
  ASSERT_TRUE(groups_.add(kFirst, {kTs1, kAddress}, FilterMode::kExclude).ok());
  EXPECT_EQ(groups_.interface_of(kFirst, kAddress), kTs1);
  EXPECT_EQ(groups_.interface_of(kSecond, kAddress), InterfaceId{});
}

TEST_F(GroupsTest, WhatStaysOnAHostIsNotReported) {
  EXPECT_FALSE(is_reported({kTs0, Ip4Address::from(224, 0, 0, 1)}));
  EXPECT_FALSE(is_reported({kTs0, IpAddress(Ip6Address::all_nodes(), kTs0)}));
  EXPECT_FALSE(is_reported({kTs0, IpAddress(Ip6Address::from(0xff01, 0, 0, 0, 0, 0, 0, 9), kTs0)}));
  EXPECT_FALSE(is_reported({InterfaceId{1}, kAddress}));
  EXPECT_TRUE(is_reported(kKey));
}

}  // namespace
}  // namespace tapstack::net
