#include "link/address_conflict.h"

#include "tests/unit/link/link_test.h"

namespace tapstack::link {
namespace {

using wire::ArpMessage;
using wire::ArpOperation;

class AddressConflictTest : public LinkTest {
 protected:
  AddressConflictTest() {
    interface_.id = InterfaceId{2};
    interface_.settings = device_settings();
    interface_.address_count = 1;
    own().prefix = {kOurs, 24};
  }
  InterfaceAddress& own() { return interface_.address_slots[0]; }
  ConflictOutcome hear(const MacAddress& mac, Ip4Address sender, Ip4Address target = kPeer) {
    return check_conflict(ctx_, interface_,
                          {ArpOperation::kRequest, mac, sender, MacAddress{}, target});
  }
  void probe() {
    own().on_conflict = ConflictPolicy::kYield;
    own().state = AddressState::kTentative;
    own().probe.start(ctx_.now, kProbeSchedule4, random_);
  }

  Interface interface_;
};

TEST_F(AddressConflictTest, SomebodyWhoHasTheProbedAddressTakesIt) {  // RFC 5227 2.1.1
  probe();
  EXPECT_EQ(hear(kOtherMac, kOurs), ConflictOutcome::kDisputed);
  EXPECT_EQ(own().state, AddressState::kDuplicate);
  EXPECT_TRUE(own().probe.next_deadline().is_never());
}

TEST_F(AddressConflictTest, AProbeOfAnotherForTheProbedAddressEndsBoth) {  // RFC 5227 2.1.1
  probe();
  EXPECT_EQ(hear(kOtherMac, Ip4Address::any(), kOurs), ConflictOutcome::kDisputed);
  EXPECT_EQ(own().state, AddressState::kDuplicate);
}

TEST_F(AddressConflictTest, OurOwnProbeThatComesBackDisputesNothing) {
  probe();
  EXPECT_EQ(hear(kOurMac, Ip4Address::any(), kOurs), ConflictOutcome::kNone);
  EXPECT_EQ(own().state, AddressState::kTentative);
}

TEST_F(AddressConflictTest, AProbeForAnAddressInUseIsAQuestionLikeAnother) {
  own().on_conflict = ConflictPolicy::kYield;
  EXPECT_EQ(hear(kOtherMac, Ip4Address::any(), kOurs), ConflictOutcome::kNone);
  EXPECT_EQ(own().state, AddressState::kPreferred);
}

TEST_F(AddressConflictTest, TheFirstConflictIsDefendedTheSecondYields) {  // RFC 5227 2.4 (b)
  own().on_conflict = ConflictPolicy::kYield;
  EXPECT_EQ(hear(kOtherMac, kOurs), ConflictOutcome::kDefend);
  EXPECT_EQ(own().state, AddressState::kPreferred);
  advance(Duration::ms(9'999));
  EXPECT_EQ(hear(kOtherMac, kOurs), ConflictOutcome::kDisputed);
  EXPECT_EQ(own().state, AddressState::kDuplicate);
}

TEST_F(AddressConflictTest, AConflictAfterTheIntervalIsDefendedAgain) {  // RFC 5227 2.4 (b)
  own().on_conflict = ConflictPolicy::kYield;
  EXPECT_EQ(hear(kOtherMac, kOurs), ConflictOutcome::kDefend);
  advance(kDefendInterval);
  EXPECT_EQ(hear(kOtherMac, kOurs), ConflictOutcome::kDefend);
  EXPECT_EQ(own().state, AddressState::kPreferred);
}

TEST_F(AddressConflictTest, WhoNeverYieldsDefendsOnceInTheInterval) {  // RFC 5227 2.4 (c)
  own().on_conflict = ConflictPolicy::kDefend;
  EXPECT_EQ(hear(kOtherMac, kOurs), ConflictOutcome::kDefend);
  advance(Duration::s(5));
  EXPECT_EQ(hear(kOtherMac, kOurs), ConflictOutcome::kDisputed);
  EXPECT_EQ(own().state, AddressState::kPreferred);
}

TEST_F(AddressConflictTest, AnAddressThatIgnoresConflictsIsKeptInSilence) {
  EXPECT_EQ(hear(kOtherMac, kOurs), ConflictOutcome::kDisputed);
  EXPECT_EQ(own().state, AddressState::kPreferred);
  EXPECT_EQ(drops(DropReason::kArpAddressConflict), 1u);
}

TEST_F(AddressConflictTest, TheNewOwnerOfAnAddressThatWasGivenUpIsANeighbourLikeAnother) {
  own().state = AddressState::kDuplicate;
  EXPECT_EQ(hear(kOtherMac, kOurs), ConflictOutcome::kNone);
}

}  // namespace
}  // namespace tapstack::link
