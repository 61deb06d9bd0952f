#include "net/ip6_operation.h"

#include "tests/unit/net/nd_test.h"

namespace tapstack::net {
namespace {

class Ip6OffTest : public NdTest {
 protected:
  Ip6OffTest() : NdTest({.mode = Ip6Mode::kOff}) {}
};

TEST_F(Ip6OffTest, WhatIsForAllNodesIsNotForUs) {
  input({.destination = kAllNodes}, router_advertisement({}));
  EXPECT_EQ(drops(DropReason::kIp6Disabled), 1u);
  EXPECT_EQ(counters_.value(Mib::kIp6InDiscards), 1u);
  EXPECT_EQ(counters_.value(Mib::kIcmp6InMsgs), 0u);
}

// RFC 4862 5.4.5: the link-local address made of our MAC address is another host's.
class Ip6OfAnotherHostTest : public NdTest {
 protected:
  Ip6OfAnotherHostTest() {
    input({.source = Ip6Address::any(), .destination = Ip6Address::solicited_node(kOurLinkLocal)},
          solicitation(kOurLinkLocal));
  }
};

TEST_F(Ip6OfAnotherHostTest, NothingComesInAnyMore) {
  EXPECT_FALSE(has_ip6(parts(), *network_->interface(ts0_)));
  input({.destination = kAllNodes}, router_advertisement({}, prefix_option({})));
  EXPECT_EQ(drops(DropReason::kIp6Disabled), 1u);
}

TEST_F(Ip6OfAnotherHostTest, NothingGoesOutAnyMore) {
  const Ip6Address given = Ip6Address::from(0x2001, 0xdb8, 0, 0, 0, 0, 0, 2);
  while (network_->next_frame(ctx_, ts0_)) continue;
  ASSERT_TRUE(add_address(ctx_, *network_, ts0_, {given, 64}).ok());
  run(Duration::s(5));
  EXPECT_FALSE(network_->next_frame(ctx_, ts0_));
  EXPECT_GE(drops(DropReason::kIp6Disabled), 1u) << "its probe";
  EXPECT_EQ(route(Ip6Address::from(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1)).error(),
            Error::kNetworkUnreachable);
}

TEST_F(Ip6OfAnotherHostTest, ALinkThatComesBackIsTriedAgain) {
  InterfaceSettings settings = network_->interface(ts0_)->settings;
  settings.is_up = false;
  ASSERT_TRUE(change_interface(ctx_, *network_, ts0_, settings).ok());
  settings.is_up = true;
  ASSERT_TRUE(change_interface(ctx_, *network_, ts0_, settings).ok());
  EXPECT_TRUE(has_ip6(parts(), *network_->interface(ts0_)));
}

}  // namespace
}  // namespace tapstack::net
