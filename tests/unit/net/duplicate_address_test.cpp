#include "net/duplicate_address.h"

#include "tests/unit/net/nd_test.h"

namespace tapstack::net {
namespace {

class DuplicateAddressTest : public NdTest {
 protected:
  using NdTest::NdTest;
  // Until the probe of the link-local address has gone out.
  Frame probe() {
    run(Duration::s(1));
    return sent();
  }
};

TEST_F(DuplicateAddressTest, LinkLocalAddressIsTentativeAtFirst) {
  ASSERT_NE(own(kOurLinkLocal), nullptr);
  EXPECT_EQ(own(kOurLinkLocal)->state, AddressState::kTentative);
  EXPECT_FALSE(network_->is_local_address(here(kOurLinkLocal)));
}

TEST_F(DuplicateAddressTest, ProbeComesFromTheUnspecifiedAddress) {  // RFC 4862 5.4.2
  const Frame f = probe();
  ASSERT_EQ(type_of(f), 135u);
  EXPECT_TRUE(source_of(f).is_any());
  EXPECT_EQ(destination_of(f), Ip6Address::solicited_node(kOurLinkLocal));
  EXPECT_EQ(target_of(f), kOurLinkLocal);
  EXPECT_EQ(head(f, 6), test::hex("3333 ff000002"));
  EXPECT_EQ(f.at(21), 255);
  EXPECT_EQ(f.size(), 14u + 40 + 24);
  EXPECT_TRUE(is_checksum_good(f));
}

TEST_F(DuplicateAddressTest, AddressIsOursASecondAfterTheLastProbe) {
  probe();
  const Instant probed = own(kOurLinkLocal)->probe_at - Duration::s(1);
  run(probed + Duration::ms(999) - ctx_.now);
  EXPECT_EQ(own(kOurLinkLocal)->state, AddressState::kTentative);
  run(Duration::ms(1));
  EXPECT_EQ(own(kOurLinkLocal)->state, AddressState::kPreferred);
}

TEST_F(DuplicateAddressTest, AnotherHostsProbeIsACollision) {  // RFC 4862 5.4.3
  probe();
  input({.source = Ip6Address::any(), .destination = Ip6Address::solicited_node(kOurLinkLocal)},
        solicitation(kOurLinkLocal));
  EXPECT_EQ(own(kOurLinkLocal)->state, AddressState::kDuplicate);
  run(Duration::s(10));
  EXPECT_TRUE(sent().empty());
}

TEST_F(DuplicateAddressTest, AnotherHostsAdvertisementIsACollision) {  // RFC 4862 5.4.4
  probe();
  input({.destination = kAllNodes},
        advertisement(kOurLinkLocal, kOverrideFlag, link_layer_option(2, kPeerMac)));
  EXPECT_EQ(own(kOurLinkLocal)->state, AddressState::kDuplicate);
}

TEST_F(DuplicateAddressTest, ResolutionOfATentativeAddressIsNotAnswered) {  // RFC 4862 5.4.3
  probe();
  input({.destination = Ip6Address::solicited_node(kOurLinkLocal)},
        solicitation(kOurLinkLocal, link_layer_option(1, kPeerMac)));
  EXPECT_TRUE(sent().empty());
  EXPECT_EQ(own(kOurLinkLocal)->state, AddressState::kTentative);
}

TEST_F(DuplicateAddressTest,
       CollisionOfTheHardwareAddressEndsAutoconfiguration) {  // RFC 4862 5.4.5
  probe();
  input({.destination = kAllNodes}, advertisement(kOurLinkLocal, kOverrideFlag));
  input({.destination = kAllNodes}, router_advertisement({}, prefix_option({})));
  EXPECT_EQ(network_->interface(ts0_)->addresses().size(), 1u);
}

TEST_F(DuplicateAddressTest, ProbeFromAHostWithOurMacIsACollision) {  // RFC 4862 5.4.5
  probe();
  input({.source = Ip6Address::any(),
         .destination = Ip6Address::solicited_node(kOurLinkLocal),
         .mac = kOurMac},
        solicitation(kOurLinkLocal));
  EXPECT_EQ(own(kOurLinkLocal)->state, AddressState::kDuplicate);
}

TEST_F(DuplicateAddressTest, OurAddressIsDefendedAgainstAProbe) {  // RFC 4861 7.2.4
  settle();
  input({.source = Ip6Address::any(), .destination = Ip6Address::solicited_node(kOurLinkLocal)},
        solicitation(kOurLinkLocal));
  const Frame f = sent();
  ASSERT_EQ(type_of(f), 136u);
  EXPECT_EQ(destination_of(f), kAllNodes);
  EXPECT_EQ(f.at(58), kOverrideFlag);
  EXPECT_EQ(own(kOurLinkLocal)->state, AddressState::kPreferred);
}

class Nonce : public DuplicateAddressTest {
 protected:
  Nonce() : DuplicateAddressTest({.mode = Ip6Mode::kAutoconfigured}) {}
};

TEST_F(Nonce, ProbeThatTheLinkThrowsBackIsNoCollision) {  // RFC 7527 4.1 and 4.2
  const Frame f = probe();
  ASSERT_EQ(f.size(), 14u + 40 + 32);
  EXPECT_EQ(f.at(78), 14);
  input({.source = Ip6Address::any(), .destination = Ip6Address::solicited_node(kOurLinkLocal)},
        solicitation(kOurLinkLocal, tail(f, 78)));
  EXPECT_EQ(own(kOurLinkLocal)->state, AddressState::kTentative);
  EXPECT_EQ(drops(DropReason::kNdLoopedBack), 1u);
}

TEST_F(Nonce, WhileProbesComeBackThreeMoreFollow) {  // RFC 7527 4.1
  const Frame first = probe();
  input({.source = Ip6Address::any(), .destination = Ip6Address::solicited_node(kOurLinkLocal)},
        solicitation(kOurLinkLocal, tail(first, 78)));
  run(Duration::s(3));
  EXPECT_EQ(own(kOurLinkLocal)->state, AddressState::kTentative);
  const Frame second = sent();
  ASSERT_EQ(type_of(second), 135u);
  EXPECT_NE(tail(second, 78), tail(first, 78)) << "each has a nonce of its own";
  EXPECT_EQ(type_of(sent()), 135u);
  EXPECT_EQ(type_of(sent()), 135u);
  run(Duration::s(1));
  EXPECT_EQ(own(kOurLinkLocal)->state, AddressState::kPreferred);
}

TEST_F(Nonce, ProbeWithAnotherNonceIsACollision) {
  Frame nonce = tail(probe(), 78);
  nonce[2] ^= 1;
  input({.source = Ip6Address::any(), .destination = Ip6Address::solicited_node(kOurLinkLocal)},
        solicitation(kOurLinkLocal, nonce));
  EXPECT_EQ(own(kOurLinkLocal)->state, AddressState::kDuplicate);
}

class Optimistic : public DuplicateAddressTest {
 protected:
  Optimistic() : DuplicateAddressTest({.mode = Ip6Mode::kAutoconfigured, .is_optimistic = true}) {}
};

TEST_F(Optimistic, AddressIsUsedWhileItIsProbed) {  // RFC 4429 3.3
  EXPECT_EQ(own(kOurLinkLocal)->state, AddressState::kOptimistic);
  EXPECT_TRUE(network_->is_local_address(here(kOurLinkLocal)));
}

TEST_F(Optimistic, AnswersDoNotOverride) {  // RFC 4429 3.3
  probe();
  input({.destination = Ip6Address::solicited_node(kOurLinkLocal)},
        solicitation(kOurLinkLocal, link_layer_option(1, kPeerMac)));
  const Frame f = sent();
  ASSERT_EQ(type_of(f), 136u);
  EXPECT_EQ(f.at(58), kSolicitedFlag);
}

TEST_F(Optimistic, CollisionTakesTheAddressAway) {
  probe();
  input({.source = Ip6Address::any(), .destination = Ip6Address::solicited_node(kOurLinkLocal)},
        solicitation(kOurLinkLocal));
  EXPECT_EQ(own(kOurLinkLocal)->state, AddressState::kDuplicate);
}

class Stable : public DuplicateAddressTest {
 protected:
  Stable()
      : DuplicateAddressTest({.mode = Ip6Mode::kAutoconfigured,
                              .identifier = link::IdentifierKind::kStable,
                              .stable_secret = {1, 2}}) {}
  const InterfaceAddress& link_local() { return network_->interface(ts0_)->addresses()[0]; }
};

TEST_F(Stable, CollisionBringsAnotherAddressThreeTimes) {  // RFC 7217 6
  for (int i = 0; i < 4; ++i) {
    const Ip6Address before = link_local().address().ip6();
    EXPECT_EQ(link_local().state, AddressState::kTentative);
    input({.destination = kAllNodes}, advertisement(before, kOverrideFlag));
    EXPECT_EQ(link_local().address().ip6() != before, i < 3);
  }
  EXPECT_EQ(link_local().state, AddressState::kDuplicate);
  EXPECT_FALSE(parts().links.at(ts0_).is_disabled);
}

class Unprobed : public DuplicateAddressTest {
 protected:
  Unprobed() : DuplicateAddressTest({.mode = Ip6Mode::kAutoconfigured, .dad_transmits = 0}) {}
};

TEST_F(Unprobed, AddressIsOursAtOnce) {  // RFC 4862 5.1
  EXPECT_EQ(own(kOurLinkLocal)->state, AddressState::kPreferred);
}

TEST_F(Unprobed, RoutersAreSearchedWithinASecond) {
  run(Duration::s(1));
  EXPECT_EQ(type_of(sent()), 133u);
}

}  // namespace
}  // namespace tapstack::net
