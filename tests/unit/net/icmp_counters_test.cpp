#include "net/icmp_counters.h"

#include "tests/unit/net/net_test.h"

namespace tapstack::net {
namespace {

using IcmpCountersTest = NetTest;

TEST_F(IcmpCountersTest, TypesOfEachVersionHaveTheirOwn) {
  EXPECT_TRUE(count_icmp4_in(ctx_, 8));
  EXPECT_TRUE(count_icmp6_in(ctx_, 128));
  EXPECT_TRUE(count_icmp6_in(ctx_, 135));
  EXPECT_EQ(counters_.value(Mib::kIcmpInEchos), 1u);
  EXPECT_EQ(counters_.value(Mib::kIcmp6InEchos), 1u);
  EXPECT_EQ(counters_.value(Mib::kIcmp6InNeighborSolicits), 1u);
}

TEST_F(IcmpCountersTest, UnknownTypesAreNotKnown) {
  EXPECT_FALSE(count_icmp4_in(ctx_, 128));
  EXPECT_FALSE(count_icmp6_in(ctx_, 8));
}

TEST_F(IcmpCountersTest, WhatGoesOutCountsAsAMessageAndByType) {
  count_icmp4_out(ctx_, 3);
  count_icmp6_out(ctx_, 4);
  count_icmp6_out(ctx_, 200);
  EXPECT_EQ(counters_.value(Mib::kIcmpOutMsgs), 1u);
  EXPECT_EQ(counters_.value(Mib::kIcmpOutDestUnreachs), 1u);
  EXPECT_EQ(counters_.value(Mib::kIcmp6OutMsgs), 2u);
  EXPECT_EQ(counters_.value(Mib::kIcmp6OutParmProblems), 1u);
}

}  // namespace
}  // namespace tapstack::net
