#include "net/source_selection.h"

#include <gtest/gtest.h>

namespace tapstack::net {
namespace {

using link::AddressOrigin;
using link::AddressState;
using link::InterfaceAddress;

constexpr InterfaceId kIf{2};

class SourceSelectionTest : public testing::Test {
 protected:
  SourceSelectionTest() { interface_.id = kIf; }

  void add(const Ip6Address& address, AddressState state = AddressState::kPreferred,
           AddressOrigin origin = AddressOrigin::kManual) {
    InterfaceAddress& slot = interface_.address_slots[interface_.address_count++];
    slot.prefix = {IpAddress(address, kIf), 64};
    slot.state = state;
    slot.origin = origin;
  }
  IpAddress choose(const Ip6Address& destination,
                   SourcePreference preference = SourcePreference::kNone) {
    const IpAddress to(destination, kIf);
    const auto chosen = choose_source(interface_, to, to, preference);
    return chosen.ok() ? *chosen : IpAddress();
  }

  static constexpr Ip6Address global(uint16_t net, uint16_t host) {
    return Ip6Address::from(0x2001, 0xdb8, 0, net, 0, 0, 0, host);
  }

  const Ip6Address link_local_ = Ip6Address::from(0xfe80, 0, 0, 0, 0, 0, 0, 2);
  const Ip6Address unique_local_ = Ip6Address::from(0xfd10, 0, 0, 1, 0, 0, 0, 2);
  link::Interface interface_;
};

// RFC 6724 5, rule by rule.
TEST_F(SourceSelectionTest, Rule2AppropriateScope) {
  add(link_local_);
  add(global(1, 2));
  EXPECT_EQ(choose(global(9, 1)), IpAddress(global(1, 2)));
  EXPECT_EQ(choose(Ip6Address::from(0xfe80, 0, 0, 0, 0, 0, 0, 1)), IpAddress(link_local_, kIf));
  EXPECT_EQ(choose(Ip6Address::all_nodes()), IpAddress(link_local_, kIf));
  EXPECT_EQ(choose(Ip6Address::from(0xff05, 0, 0, 0, 0, 0, 0, 2)), IpAddress(global(1, 2)));
}

TEST_F(SourceSelectionTest, Rule3AvoidsDeprecatedAndOptimistic) {
  add(global(1, 2), AddressState::kDeprecated);
  add(global(1, 3), AddressState::kOptimistic);
  add(global(2, 4));
  EXPECT_EQ(choose(global(1, 1)), IpAddress(global(2, 4)));
}

TEST_F(SourceSelectionTest, Rule3ScopeCountsMoreThanDeprecation) {
  add(link_local_);
  add(global(1, 2), AddressState::kDeprecated);
  EXPECT_EQ(choose(global(9, 1)), IpAddress(global(1, 2)));
}

TEST_F(SourceSelectionTest, Rule5Point5PrefixThatTheNextHopAdvertises) {
  add(global(1, 2));
  add(global(2, 2));
  const IpAddress router(Ip6Address::from(0xfe80, 0, 0, 0, 0, 0, 0, 1), kIf);
  const IpAddress other(Ip6Address::from(0xfe80, 0, 0, 0, 0, 0, 0, 9), kIf);
  PrefixAdvertisers advertisers;
  advertisers.on_prefix(other, {IpAddress(global(1, 0)), 64}, Instant::never(), Instant());
  advertisers.on_prefix(router, {IpAddress(global(2, 0)), 64}, Instant::never(), Instant());
  const IpAddress to(global(1, 9));
  const auto none = SourcePreference::kNone;
  EXPECT_EQ(choose_source(interface_, to, router, none, &advertisers).value(),
            IpAddress(global(2, 2)));
  EXPECT_EQ(choose_source(interface_, to, other, none, &advertisers).value(),
            IpAddress(global(1, 2)));
}

TEST_F(SourceSelectionTest, Rule6MatchingLabel) {
  add(unique_local_);
  add(global(1, 2));
  EXPECT_EQ(choose(Ip6Address::from(0x2a00, 1, 0, 0, 0, 0, 0, 1)), IpAddress(global(1, 2)));
  EXPECT_EQ(choose(Ip6Address::from(0xfd99, 0, 0, 1, 0, 0, 0, 1)), IpAddress(unique_local_));
}

TEST_F(SourceSelectionTest, Rule7TemporaryUnlessPublicIsPreferred) {
  add(global(1, 2), AddressState::kPreferred, AddressOrigin::kAutoconfigured);
  add(global(1, 3), AddressState::kPreferred, AddressOrigin::kTemporary);
  EXPECT_EQ(choose(global(1, 1)), IpAddress(global(1, 3)));
  EXPECT_EQ(choose(global(1, 1), SourcePreference::kPublic), IpAddress(global(1, 2)));
}

TEST_F(SourceSelectionTest, Rule8LongestMatchingPrefixUpToTheSourcesOwn) {
  add(global(1, 2));
  add(global(4, 2));
  EXPECT_EQ(choose(global(5, 1)), IpAddress(global(4, 2)));
  EXPECT_EQ(choose(global(0, 1)), IpAddress(global(1, 2)));
}

TEST_F(SourceSelectionTest, BitsBehindThePrefixDoNotCount) {
  add(global(1, 2));
  add(global(1, 0x101));
  EXPECT_EQ(choose(global(1, 0x100)), IpAddress(global(1, 2))) << "the first of equals";
}

TEST_F(SourceSelectionTest, TentativeAndDuplicateOnesAreNone) {
  add(global(1, 2), AddressState::kTentative);
  add(global(1, 3), AddressState::kDuplicate);
  EXPECT_EQ(choose(global(1, 1)), IpAddress());
}

TEST_F(SourceSelectionTest, Ip4TakesTheOneThatSharesTheNextHopsNetwork) {
  interface_.address_count = 2;
  interface_.address_slots[0].prefix = {Ip4Address::from(10, 0, 0, 2), 24};
  interface_.address_slots[1].prefix = {Ip4Address::from(10, 0, 1, 2), 24};
  const IpAddress far = Ip4Address::from(8, 8, 8, 8);
  EXPECT_EQ(*choose_source(interface_, far, Ip4Address::from(10, 0, 1, 1)),
            IpAddress(Ip4Address::from(10, 0, 1, 2)));
  EXPECT_EQ(*choose_source(interface_, far, far), IpAddress(Ip4Address::from(10, 0, 0, 2)));
}

}  // namespace
}  // namespace tapstack::net
