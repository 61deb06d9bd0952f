#include "net/slaac.h"

#include "tests/unit/net/nd_test.h"

namespace tapstack::net {
namespace {

const Ip6Address kFormed = Ip6Address::from(0x2001, 0xdb8, 1, 0, 0, 0x00ff, 0xfe00, 2);
constexpr uint32_t kHour = 3600;

class SlaacTest : public NdTest {
 protected:
  SlaacTest() { settle(); }

  void advertise(const PrefixOption& p) {
    input({.destination = kAllNodes}, router_advertisement({}, prefix_option(p)));
  }
  Duration valid() const { return own(kFormed)->valid_until - ctx_.now; }
};

TEST_F(SlaacTest, AddressIsFormedAndProbed) {  // RFC 4862 5.5.3 (d)
  advertise({});
  ASSERT_NE(own(kFormed), nullptr);
  EXPECT_EQ(own(kFormed)->state, AddressState::kTentative);
  EXPECT_FALSE(own(kFormed)->is_on_link);
  run(Duration::s(1));
  const Frame f = sent();
  ASSERT_EQ(type_of(f), 135u);
  EXPECT_EQ(target_of(f), kFormed);
  run(Duration::s(1));
  EXPECT_EQ(own(kFormed)->state, AddressState::kPreferred);
}

TEST_F(SlaacTest, AddressIsDeprecatedThenRemoved) {  // RFC 4862 5.5.4
  advertise({.valid_s = 60, .preferred_s = 30});
  run(Duration::s(30));
  EXPECT_EQ(own(kFormed)->state, AddressState::kDeprecated);
  run(Duration::s(30));
  EXPECT_EQ(own(kFormed), nullptr);
}

TEST_F(SlaacTest, RenewalMakesADeprecatedAddressPreferredAgain) {
  advertise({.valid_s = 60, .preferred_s = 30});
  run(Duration::s(40));
  advertise({.valid_s = 60, .preferred_s = 30});
  EXPECT_EQ(own(kFormed)->state, AddressState::kPreferred);
}

TEST_F(SlaacTest, InfiniteLifetimeNeverEnds) {
  advertise({.valid_s = 0xffffffff, .preferred_s = 0xffffffff});
  EXPECT_TRUE(own(kFormed)->valid_until.is_never());
}

TEST_F(SlaacTest, WithoutTheFlagNothingIsFormed) {  // RFC 4862 5.5.3 (a)
  advertise({.flags = kOnLink});
  EXPECT_EQ(own(kFormed), nullptr);
}

TEST_F(SlaacTest, LinkLocalPrefixIsPassedOver) {  // RFC 4862 5.5.3 (b)
  advertise({.prefix = Ip6Address::from(0xfe80, 0, 0, 0, 0, 0, 0, 0)});
  EXPECT_EQ(network_->interface(ts0_)->addresses().size(), 1u);
}

TEST_F(SlaacTest, PreferredLongerThanValidIsPassedOver) {  // RFC 4862 5.5.3 (c)
  advertise({.valid_s = 10, .preferred_s = 20});
  EXPECT_EQ(own(kFormed), nullptr);
}

TEST_F(SlaacTest, PrefixThatLeavesNoRoomForTheIdentifierIsPassedOver) {  // RFC 4862 5.5.3 (d)
  advertise({.length = 120});
  advertise({.length = 48});
  EXPECT_EQ(network_->interface(ts0_)->addresses().size(), 1u);
}

TEST_F(SlaacTest, ValidLifetimeOfZeroFormsNothing) {  // RFC 4862 5.5.3 (d)
  advertise({.valid_s = 0, .preferred_s = 0});
  EXPECT_EQ(own(kFormed), nullptr);
}

TEST_F(SlaacTest, LongerLifetimeIsTaken) {  // RFC 4862 5.5.3 (e) 1
  advertise({.valid_s = 30, .preferred_s = 30});
  advertise({.valid_s = 60, .preferred_s = 30});
  EXPECT_EQ(valid(), Duration::s(60));
}

TEST_F(SlaacTest, LifetimeAboveTwoHoursIsTakenEvenIfShorter) {  // RFC 4862 5.5.3 (e) 1
  advertise({.valid_s = 10 * kHour, .preferred_s = kHour});
  advertise({.valid_s = 3 * kHour, .preferred_s = kHour});
  EXPECT_EQ(valid(), Duration::s(3 * kHour));
}

TEST_F(SlaacTest, ShorterLifetimeLeavesTwoHours) {  // RFC 4862 5.5.3 (e) 3
  advertise({.valid_s = 10 * kHour, .preferred_s = kHour});
  advertise({.valid_s = 10, .preferred_s = 10});
  EXPECT_EQ(valid(), Duration::s(2 * kHour));
}

TEST_F(SlaacTest, WithinTheLastTwoHoursShorterLifetimesAreIgnored) {  // RFC 4862 5.5.3 (e) 2
  advertise({.valid_s = kHour, .preferred_s = kHour});
  advertise({.valid_s = 10, .preferred_s = 10});
  EXPECT_EQ(valid(), Duration::s(kHour));
}

TEST_F(SlaacTest, PreferredLifetimeIsAlwaysTaken) {  // RFC 4862 5.5.3 (e)
  advertise({.valid_s = kHour, .preferred_s = kHour});
  advertise({.valid_s = 0, .preferred_s = 0});
  EXPECT_EQ(own(kFormed)->preferred_until, ctx_.now);
}

TEST_F(SlaacTest, AddressesLiveInSlotsOfTheInterfaceAndNoMore) {
  for (uint16_t i = 0; i < 20; ++i) {
    advertise({.prefix = Ip6Address::from(0x2001, 0xdb8, i, 0, 0, 0, 0, 0), .flags = kAutonomous});
  }
  EXPECT_EQ(network_->interface(ts0_)->addresses().size(), kConfig.addresses_per_interface);
}

TEST_F(SlaacTest, LinkDownTakesThemAway) {
  advertise({});
  InterfaceSettings settings = network_->interface(ts0_)->settings;
  settings.is_up = false;
  ASSERT_TRUE(change_interface(ctx_, *network_, ts0_, settings).ok());
  EXPECT_TRUE(network_->interface(ts0_)->addresses().empty());
  EXPECT_TRUE(parts().routes.entries().empty());
}

}  // namespace
}  // namespace tapstack::net
