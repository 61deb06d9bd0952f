#include "net/nd_output.h"

#include "tests/unit/net/nd_test.h"

namespace tapstack::net {
namespace {

class NdOutputTest : public NdTest {
 protected:
  NdOutputTest() { settle(); }
  link::Solicitation ask(const Ip6Address& target, bool is_unicast = false) const {
    return {.interface = ts0_,
            .target = here(target),
            .source = {},
            .is_unicast = is_unicast,
            .mac = kPeerMac};
  }
};

TEST_F(NdOutputTest, SolicitationGoesToTheGroupOfItsTargetAndSaysOurMac) {  // RFC 4861 7.2.2
  nd_solicit(ctx_, parts(), ask(kPeerLinkLocal));
  const Frame f = sent();
  ASSERT_EQ(type_of(f), 135u);
  EXPECT_EQ(head(f, 6), test::hex("3333 ff000001"));
  EXPECT_EQ(source_of(f), kOurLinkLocal);
  EXPECT_EQ(destination_of(f), Ip6Address::solicited_node(kPeerLinkLocal));
  EXPECT_EQ(tail(f, 78), test::hex("0101 020000000002"));
  EXPECT_TRUE(is_checksum_good(f));
}

TEST_F(NdOutputTest, WithoutAnAddressNothingIsAsked) {
  ASSERT_TRUE(remove_address(ctx_, *network_, ts0_, here(kOurLinkLocal)).ok());
  nd_solicit(ctx_, parts(), ask(kPeerLinkLocal));
  EXPECT_TRUE(sent().empty());
}

TEST_F(NdOutputTest, RoutersAreAskedInTheirGroup) {  // RFC 4861 4.1
  nd_solicit_routers(ctx_, parts(), ts0_);
  const Frame f = sent();
  ASSERT_EQ(type_of(f), 133u);
  EXPECT_EQ(head(f, 6), test::hex("3333 00000002"));
  EXPECT_EQ(destination_of(f), Ip6Address::all_routers());
  EXPECT_EQ(tail(f, 62), test::hex("0101 020000000002"));
}

TEST_F(NdOutputTest, ProbeComesFromTheSourceOfThePacketThatPromptedIt) {  // RFC 4861 7.2.2
  const Ip6Address global = Ip6Address::from(0x2001, 0xdb8, 0, 0, 0, 0, 0, 2);
  ASSERT_TRUE(add_address(ctx_, *network_, ts0_, {global, 64}).ok());
  settle();
  parts().neighbours.on_link_layer_option(ctx_, ts0_, here(kPeerLinkLocal), kPeerMac);
  parts().neighbours.lookup(ctx_, ts0_, here(kPeerLinkLocal), global);
  run(Duration::s(5));
  const Frame f = sent();
  ASSERT_EQ(type_of(f), 135u);
  EXPECT_EQ(source_of(f), global);
  EXPECT_EQ(destination_of(f), kPeerLinkLocal);
}

// RFC 9131 6.1.1.
TEST_F(NdOutputTest, NewGlobalAddressIsToldToTheRouters) {
  const Ip6Address global = Ip6Address::from(0x2001, 0xdb8, 0, 0, 0, 0, 0, 2);
  ASSERT_TRUE(add_address(ctx_, *network_, ts0_, {global, 64}).ok());
  Frame f;
  for (int i = 0; i < 3 && type_of(f) != 136; ++i) {
    run(Duration::s(1));
    f = sent();
  }
  ASSERT_EQ(type_of(f), 136u);
  EXPECT_EQ(source_of(f), global);
  EXPECT_EQ(destination_of(f), Ip6Address::all_routers());
  EXPECT_EQ(target_of(f), global);
  EXPECT_EQ(f.at(58), 0) << "neither solicited nor overriding";
  EXPECT_EQ(tail(f, 78), test::hex("0201 020000000002"));
  EXPECT_TRUE(is_checksum_good(f));
}

class OptimisticNdOutputTest : public NdTest {
 protected:
  OptimisticNdOutputTest()
      : NdTest({.mode = Ip6Mode::kAutoconfigured, .has_dad_nonce = false, .is_optimistic = true}) {}
  void ask_for(const IpAddress& source) {
    nd_solicit(ctx_, parts(),
               {.interface = ts0_,
                .target = here(kPeerLinkLocal),
                .source = source,
                .is_unicast = false,
                .mac = {}});
  }
};

// The departure from RFC 4429 3.3 that asking_address() argues.
TEST_F(OptimisticNdOutputTest, AddressThatIsProbedAsksWhereNoOtherCan) {
  ASSERT_EQ(own(kOurLinkLocal)->state, AddressState::kOptimistic);
  ask_for(here(kOurLinkLocal));
  const Frame f = sent();
  ASSERT_EQ(type_of(f), 135u);
  EXPECT_EQ(source_of(f), kOurLinkLocal);
}

TEST_F(OptimisticNdOutputTest, AddressThatIsProbedDoesNotAskWhereAnotherCan) {  // RFC 4429 3.3
  settle();
  const Ip6Address global = Ip6Address::from(0x2001, 0xdb8, 0, 0, 0, 0, 0, 2);
  ASSERT_TRUE(add_address(ctx_, *network_, ts0_, {global, 64}).ok());
  ASSERT_EQ(own(global)->state, AddressState::kOptimistic);
  ask_for(IpAddress(global));
  const Frame f = sent();
  ASSERT_EQ(type_of(f), 135u);
  EXPECT_EQ(source_of(f), kOurLinkLocal);
}

}  // namespace
}  // namespace tapstack::net
