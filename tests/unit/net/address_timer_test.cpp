#include "net/address_timer.h"

#include "tests/unit/net/nd_test.h"

namespace tapstack::net {
namespace {

class AddressTimerTest : public NdTest {
 protected:
  Instant deadline() const {
    return timers_->deadline(timer::make(timer::TimerKind::kAddress, ts0_.value - 1u));
  }
};

TEST_F(AddressTimerTest, IsThatOfTheProbe) { EXPECT_EQ(deadline(), own(kOurLinkLocal)->probe_at); }

TEST_F(AddressTimerTest, IsThatOfTheSearchForRoutersThen) {
  settle();
  EXPECT_EQ(deadline(), parts().links.at(ts0_).search.ask_at());
}

TEST_F(AddressTimerTest, IsThatOfTheRouteThatExpiresFirst) {
  settle();
  input({.destination = kAllNodes}, router_advertisement({.lifetime_s = 20}));
  EXPECT_EQ(deadline(), ctx_.now + Duration::s(20));
}

TEST_F(AddressTimerTest, IsOffWhenTheInterfaceIsDown) {
  InterfaceSettings settings = network_->interface(ts0_)->settings;
  settings.is_up = false;
  ASSERT_TRUE(change_interface(ctx_, *network_, ts0_, settings).ok());
  EXPECT_TRUE(deadline().is_never());
}

}  // namespace
}  // namespace tapstack::net
