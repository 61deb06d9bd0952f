#include "net/groups.h"

#include <gtest/gtest.h>

#include <vector>

namespace tapstack::net {
namespace {

constexpr InterfaceId kTs0{2}, kTs1{3};
const Ip4Address kAddress = Ip4Address::from(239, 1, 2, 3);
const GroupKey kKey{kTs0, kAddress};
const IpAddress kSourceA = Ip4Address::from(10, 0, 0, 1);
const IpAddress kSourceB = Ip4Address::from(10, 0, 0, 2);
constexpr GroupMember kFirstMember = 1, kSecondMember = 2;

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
  EXPECT_EQ(groups_.join({kTs0, kSourceA}).error(), Error::kInvalid);
}

TEST_F(GroupsTest, SocketJoinsOnce) {
  ASSERT_TRUE(groups_.add(kFirstMember, kKey, FilterMode::kExclude).ok());
  EXPECT_EQ(groups_.add(kFirstMember, kKey, FilterMode::kExclude).error(), Error::kAddressInUse);
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
  listen(kFirstMember, FilterMode::kInclude, {kSourceA});
  listen(kSecondMember, FilterMode::kInclude, {kSourceB});
  EXPECT_EQ(groups_.find(kKey)->mode, FilterMode::kInclude);
  EXPECT_EQ(listed(), (std::vector{kSourceA, kSourceB}));
}

TEST_F(GroupsTest, FiltersMergeToTheIntersectionOfWhatIsExcluded) {
  listen(kFirstMember, FilterMode::kExclude, {kSourceA, kSourceB});
  listen(kSecondMember, FilterMode::kExclude, {kSourceB});
  EXPECT_EQ(groups_.find(kKey)->mode, FilterMode::kExclude);
  EXPECT_EQ(listed(), std::vector{kSourceB});
}

TEST_F(GroupsTest, IncludedSourceIsNotExcluded) {
  listen(kFirstMember, FilterMode::kExclude, {kSourceA, kSourceB});
  listen(kSecondMember, FilterMode::kInclude, {kSourceB});
  EXPECT_EQ(listed(), std::vector{kSourceA});
}

TEST_F(GroupsTest, FilterDecidesForTheSocketThatHasIt) {
  listen(kFirstMember, FilterMode::kInclude, {kSourceA});
  listen(kSecondMember, FilterMode::kExclude, {kSourceA});
  EXPECT_TRUE(groups_.accepts(kFirstMember, kKey, kSourceA, false));
  EXPECT_FALSE(groups_.accepts(kFirstMember, kKey, kSourceB, true));
  EXPECT_FALSE(groups_.accepts(kSecondMember, kKey, kSourceA, true));
  EXPECT_TRUE(groups_.accepts(kSecondMember, kKey, kSourceB, false));
  EXPECT_TRUE(groups_.accepts(7, kKey, kSourceA, true)) << "never joined: as asked";
  EXPECT_FALSE(groups_.accepts(7, kKey, kSourceA, false));
}

TEST_F(GroupsTest, NewModeIsReportedWithItsWholeList) {
  listen(kFirstMember, FilterMode::kInclude, {kSourceA});
  EXPECT_EQ(groups_.find(kKey)->mode_changes_left, 0);
  EXPECT_EQ(groups_.sources()[0].changes_left, 2);
  listen(kFirstMember, FilterMode::kExclude, {kSourceA});
  EXPECT_EQ(groups_.find(kKey)->mode_changes_left, 2);
  EXPECT_EQ(groups_.sources()[0].changes_left, 0);
}

TEST_F(GroupsTest, SourceThatGoesIsReportedBeforeItIsForgotten) {
  listen(kFirstMember, FilterMode::kInclude, {kSourceA, kSourceB});
  ASSERT_TRUE(groups_.remove_source(kFirstMember, kKey, kSourceA).ok());
  ASSERT_EQ(groups_.sources().size(), 2u);
  for (GroupSource& source : groups_.sources()) source.changes_left = 0;
  groups_.sweep();
  EXPECT_EQ(groups_.sources().size(), 1u);
}

TEST_F(GroupsTest, SourceIsListedOnce) {
  listen(kFirstMember, FilterMode::kInclude, {kSourceA, kSourceA});
  EXPECT_EQ(groups_.sources_of(kFirstMember, kKey, {}), 1u);
  EXPECT_EQ(groups_.add_source(kFirstMember, kKey, kSourceA).error(), Error::kAddressNotAvailable);
  EXPECT_EQ(groups_.remove_source(kFirstMember, kKey, kSourceB).error(),
            Error::kAddressNotAvailable);
}

TEST_F(GroupsTest, SourcesAreBounded) {
  ASSERT_TRUE(groups_.add(kFirstMember, kKey, FilterMode::kInclude).ok());
  const std::vector<IpAddress> many(kConfig.multicast_sources + 1, kSourceA);
  EXPECT_EQ(groups_.set_filter(kFirstMember, kKey, FilterMode::kInclude, many).error(),
            Error::kNoBuffers);
  EXPECT_EQ(groups_.sources_of(kFirstMember, kKey, {}), 0u);
}

TEST_F(GroupsTest, ClosedSocketLeavesEverything) {
  listen(kFirstMember, FilterMode::kInclude, {kSourceA});
  ASSERT_TRUE(groups_.add(kFirstMember, {kTs1, kAddress}, FilterMode::kExclude).ok());
  groups_.remove_all(kFirstMember);
  EXPECT_FALSE(groups_.has_memberships(kFirstMember));
  EXPECT_FALSE(groups_.is_member(kTs0, kAddress));
  EXPECT_FALSE(groups_.is_member(kTs1, kAddress));
}

TEST_F(GroupsTest, MembershipIsFoundWithoutItsInterface) {
  ASSERT_TRUE(groups_.add(kFirstMember, {kTs1, kAddress}, FilterMode::kExclude).ok());
  EXPECT_EQ(groups_.interface_of(kFirstMember, kAddress), kTs1);
  EXPECT_EQ(groups_.interface_of(kSecondMember, kAddress), InterfaceId{});
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
