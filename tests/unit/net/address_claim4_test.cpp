#include "net/address_claim4.h"

#include "tests/unit/net/net_test.h"

namespace tapstack::net {
namespace {

using link::AddressState;
using link::ConflictPolicy;

const Ip4Address kNew = Ip4Address::from(10, 10, 10, 50);

class AddressClaim4Test : public NetTest {
 protected:
  void add(ConflictPolicy policy) {
    ASSERT_TRUE(
        configure_address(ctx_, *network_, ts0_, {.prefix = {kNew, 24}, .on_conflict = policy})
            .ok());
  }
  AddressState state() { return parts().interfaces.find(ts0_)->find_address(kNew)->state; }
  Frame arp_of(Ip4Address sender, Ip4Address target) {
    return link::ethernet(MacAddress::broadcast(), kOurMac, 0x0806,
                          link::arp({1, kOurMac, sender, {}, target}));
  }
  void hear(const link::Arp& message) {
    network_->input(
        ctx_, ts0_,
        packet_of(link::ethernet(MacAddress::broadcast(), kOtherMac, 0x0806, link::arp(message))));
  }
};

TEST_F(AddressClaim4Test, AProbedAddressIsOursAfterThreeProbesAndAnnouncedTwice) {
  add(ConflictPolicy::kYield);
  EXPECT_EQ(state(), AddressState::kTentative);
  EXPECT_FALSE(network_->is_local_address(kNew));
  run_until(ctx_.now + Duration::s(10));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(sent(), arp_of(Ip4Address::any(), kNew));
  for (int i = 0; i < 2; ++i) EXPECT_EQ(sent(), arp_of(kNew, kNew));
  EXPECT_TRUE(sent().empty());
  EXPECT_TRUE(network_->is_local_address(kNew));
  EXPECT_TRUE(timers_->next_deadline().is_never());
}

TEST_F(AddressClaim4Test, AConflictWhileProbingLeavesItUnusedAndSilent) {
  add(ConflictPolicy::kYield);
  run_until(ctx_.now + Duration::s(1));
  sent();
  hear({2, kOtherMac, kNew, kOurMac, kNew});
  EXPECT_EQ(state(), AddressState::kDuplicate);
  run_until(ctx_.now + Duration::s(20));
  EXPECT_TRUE(sent().empty());
  EXPECT_FALSE(network_->is_local_address(kNew));
}

TEST_F(AddressClaim4Test, AQuestionForATentativeAddressIsNotAnswered) {
  add(ConflictPolicy::kYield);
  hear({1, kOtherMac, kPeer, {}, kNew});
  EXPECT_TRUE(sent().empty());
}

TEST_F(AddressClaim4Test, AConflictInUseIsAnsweredByOneAnnouncement) {
  add(ConflictPolicy::kYield);
  run_until(ctx_.now + Duration::s(10));
  while (!sent().empty()) {
  }
  hear({1, kOtherMac, kNew, {}, kNew});
  EXPECT_EQ(sent(), arp_of(kNew, kNew));
  hear({1, kOtherMac, kNew, {}, kNew});
  EXPECT_TRUE(sent().empty());
  EXPECT_EQ(state(), AddressState::kDuplicate);
}

TEST_F(AddressClaim4Test, ALinkThatComesBackHasProbedAddressesProbedAgain) {
  add(ConflictPolicy::kYield);
  run_until(ctx_.now + Duration::s(10));
  link::InterfaceSettings settings = link::device_settings();
  settings.is_up = false;
  ASSERT_TRUE(change_interface(ctx_, *network_, ts0_, settings).ok());
  settings.is_up = true;
  ASSERT_TRUE(change_interface(ctx_, *network_, ts0_, settings).ok());
  EXPECT_EQ(state(), AddressState::kTentative);
  EXPECT_EQ(sent(), arp_of(kOurs, kOurs));  // not probed: announced at once, as ever
  EXPECT_TRUE(sent().empty());
}

TEST_F(AddressClaim4Test, ARemovedAddressLeavesNoTimer) {
  add(ConflictPolicy::kDefend);
  ASSERT_TRUE(remove_address(ctx_, *network_, ts0_, kNew).ok());
  EXPECT_TRUE(timers_->next_deadline().is_never());
}

}  // namespace
}  // namespace tapstack::net
