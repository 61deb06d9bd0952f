#include "net/temporary_address.h"

#include "tests/unit/net/nd_test.h"

namespace tapstack::net {
namespace {

constexpr uint32_t kDay = 86'400;

class TemporaryAddressTest : public NdTest {
 protected:
  TemporaryAddressTest() : NdTest({.mode = Ip6Mode::kAutoconfigured, .has_temporary = true}) {
    settle();
  }

  void advertise(const PrefixOption& p) {
    input({.destination = kAllNodes},
          router_advertisement({.lifetime_s = 9'000}, prefix_option(p)));
  }
  std::vector<InterfaceAddress> temporary() const {
    std::vector<InterfaceAddress> found;
    for (const InterfaceAddress& own : network_->interface(ts0_)->addresses()) {
      if (own.origin == link::AddressOrigin::kTemporary) found.push_back(own);
    }
    return found;
  }
};

TEST_F(TemporaryAddressTest, StandsBesideTheAutoconfiguredAddress) {  // RFC 8981 3.4
  advertise({});
  ASSERT_EQ(temporary().size(), 1u);
  EXPECT_EQ(network_->interface(ts0_)->addresses().size(), 3u);
  EXPECT_EQ(temporary()[0].state, AddressState::kTentative);
  EXPECT_FALSE(temporary()[0].is_on_link);
}

TEST_F(TemporaryAddressTest, LivesNoLongerThanItsPrefix) {  // RFC 8981 3.4
  advertise({.valid_s = 3'600, .preferred_s = 1'800});
  EXPECT_EQ(temporary()[0].preferred_until, ctx_.now + Duration::s(1'800));
  EXPECT_EQ(temporary()[0].valid_until, ctx_.now + Duration::s(3'600));
}

TEST_F(TemporaryAddressTest, LivesNoLongerThanADayOrTwo) {  // RFC 8981 3.8
  advertise({.valid_s = 30 * kDay, .preferred_s = 7 * kDay});
  EXPECT_EQ(temporary()[0].valid_until, ctx_.now + Duration::s(2 * kDay));
  EXPECT_LE(temporary()[0].preferred_until, ctx_.now + Duration::s(kDay));
  EXPECT_GE(temporary()[0].preferred_until, ctx_.now + Duration::s(kDay / 10 * 6));
}

TEST_F(TemporaryAddressTest, RenewalOfThePrefixRenewsIt) {
  advertise({.valid_s = 3'600, .preferred_s = 1'800});
  run(Duration::s(100));
  advertise({.valid_s = 3'600, .preferred_s = 1'800});
  ASSERT_EQ(temporary().size(), 1u);
  EXPECT_EQ(temporary()[0].preferred_until, ctx_.now + Duration::s(1'800));
}

TEST_F(TemporaryAddressTest, NextOneIsReadyBeforeItIsDeprecated) {  // RFC 8981 3.5
  advertise({.valid_s = 30 * kDay, .preferred_s = 7 * kDay});
  const Instant end = temporary()[0].preferred_until;
  run(end - Duration::ms(1) - ctx_.now);
  ASSERT_EQ(temporary().size(), 2u);
  EXPECT_EQ(temporary()[1].state, AddressState::kPreferred);
  EXPECT_NE(temporary()[0].address(), temporary()[1].address());
  run(Duration::ms(1));
  EXPECT_EQ(temporary()[0].state, AddressState::kDeprecated);
}

TEST_F(TemporaryAddressTest, DuplicateIsReplacedThreeTimes) {  // RFC 8981 3.4
  advertise({});
  for (int i = 0; i < 4; ++i) {
    ASSERT_EQ(temporary().size(), 1u);
    EXPECT_EQ(temporary()[0].state, AddressState::kTentative);
    input({.destination = kAllNodes}, advertisement(temporary()[0].address().ip6(), 0x20));
  }
  EXPECT_EQ(temporary()[0].state, AddressState::kDuplicate);
}

TEST_F(TemporaryAddressTest, IsNotMadeWhereThePrefixIsAboutToEnd) {
  advertise({.valid_s = 100, .preferred_s = 5});
  EXPECT_TRUE(temporary().empty());
}

}  // namespace
}  // namespace tapstack::net
