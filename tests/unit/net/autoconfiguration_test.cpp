#include "net/autoconfiguration.h"

#include "tests/unit/net/nd_test.h"

namespace tapstack::net {
namespace {

const Ip6Address kGiven = Ip6Address::from(0x2001, 0xdb8, 0, 0, 0, 0, 0, 2);

class AutoconfigurationTest : public NdTest {
 protected:
  using NdTest::NdTest;
  void set_up(bool is_up) {
    InterfaceSettings settings = network_->interface(ts0_)->settings;
    settings.is_up = is_up;
    ASSERT_TRUE(change_interface(ctx_, *network_, ts0_, settings).ok());
  }
};

TEST_F(AutoconfigurationTest, JoinsTheGroupInWhichItsAddressIsAskedFor) {  // RFC 4862 5.4.2
  EXPECT_TRUE(parts().groups.is_member(ts0_, here(Ip6Address::solicited_node(kOurLinkLocal))));
}

TEST_F(AutoconfigurationTest, LeavesItWithTheAddress) {
  ASSERT_TRUE(remove_address(ctx_, *network_, ts0_, here(kOurLinkLocal)).ok());
  EXPECT_FALSE(parts().groups.is_member(ts0_, here(Ip6Address::solicited_node(kOurLinkLocal))));
}

TEST_F(AutoconfigurationTest, AddressGivenByHandIsProbedToo) {  // RFC 4862 5.4
  ASSERT_TRUE(add_address(ctx_, *network_, ts0_, {kGiven, 64}).ok());
  EXPECT_EQ(own(kGiven)->state, AddressState::kTentative);
}

TEST_F(AutoconfigurationTest, AddressGivenByHandIsProbedAgainWhenTheLinkComesBack) {
  ASSERT_TRUE(add_address(ctx_, *network_, ts0_, {kGiven, 64}).ok());
  settle();
  ASSERT_EQ(own(kGiven)->state, AddressState::kPreferred);
  set_up(false);
  EXPECT_EQ(own(kOurLinkLocal), nullptr);
  set_up(true);
  EXPECT_EQ(own(kGiven)->state, AddressState::kTentative);
  EXPECT_NE(own(kOurLinkLocal), nullptr);
}

TEST_F(AutoconfigurationTest, AddressThatSkipsProbingIsOursAtOnce) {
  ASSERT_TRUE(configure_address(ctx_, *network_, ts0_,
                                {.prefix = {here(kGiven), 64}, .skips_probing = true})
                  .ok());
  EXPECT_EQ(own(kGiven)->state, AddressState::kPreferred);
  set_up(false);
  set_up(true);
  EXPECT_EQ(own(kGiven)->state, AddressState::kPreferred) << "when the link comes back, too";
}

TEST_F(AutoconfigurationTest, GroupsAreReportedAgainFromTheLinkLocalAddress) {  // RFC 3590 4
  run(Duration::s(3));
  std::vector<Ip6Address> reporters;
  while (const mem::PacketPtr frame = network_->next_frame(ctx_, ts0_)) {
    const Frame f = bytes_of(*frame);
    const bool is_report = f.size() > 62 && f[20] == 0 && f[62] == 143;  // behind a Router Alert
    if (is_report) reporters.push_back(source_of(f));
  }
  ASSERT_GE(reporters.size(), 2u);
  EXPECT_TRUE(reporters.front().is_any());
  EXPECT_EQ(reporters.back(), kOurLinkLocal);
}

TEST_F(AutoconfigurationTest, LinkLocalAddressComesAloneIfWanted) {
  InterfaceSettings settings = network_->interface(ts0_)->settings;
  for (const bool is_wanted : {false, true}) {
    set_up(false);
    ASSERT_EQ(network_->interface(ts0_)->address_count, 0u);
    settings.ip6.mode = Ip6Mode::kManual;
    settings.ip6.has_link_local = is_wanted;
    ASSERT_TRUE(change_interface(ctx_, *network_, ts0_, settings).ok());
    EXPECT_EQ(own(kOurLinkLocal) != nullptr, is_wanted);
  }
}

class GivenAddress : public AutoconfigurationTest {
 protected:
  GivenAddress() : AutoconfigurationTest({.mode = Ip6Mode::kManual, .dad_transmits = 0}) {}
  size_t reports() {
    size_t count = 0;
    while (const mem::PacketPtr frame = network_->next_frame(ctx_, ts0_)) {
      const Frame f = bytes_of(*frame);
      count += f.size() > 62 && f[20] == 0 && f[62] == 143;
    }
    return count;
  }
};

// RFC 3810 6.1: the repetition comes at random within a second, though a link-local address joins
// its group at the same time.
TEST_F(GivenAddress, GroupsOfTheFirstAddressAreReportedOnceAtOnceAndOnceMoreLater) {
  ASSERT_TRUE(add_address(ctx_, *network_, ts0_, {kGiven, 64}).ok());
  EXPECT_EQ(reports(), 1u);
  run(Duration::s(1));
  EXPECT_EQ(reports(), 1u);
  run(Duration::s(10));
  EXPECT_EQ(reports(), 0u);
}

// RFC 4291 2.1: "All interfaces are required to have at least one Link-Local unicast address".
TEST_F(GivenAddress, TheLinkLocalOneIsThereAgainWithTheLink) {
  ASSERT_TRUE(add_address(ctx_, *network_, ts0_, {kGiven, 64}).ok());
  ASSERT_NE(own(kOurLinkLocal), nullptr);
  set_up(false);
  EXPECT_EQ(own(kOurLinkLocal), nullptr);
  set_up(true);
  EXPECT_NE(own(kOurLinkLocal), nullptr);
}

class Off : public AutoconfigurationTest {
 protected:
  Off() : AutoconfigurationTest({.mode = Ip6Mode::kOff}) {}
};

TEST_F(Off, NoAddressIsTaken) {
  EXPECT_EQ(add_address(ctx_, *network_, ts0_, {kGiven, 64}).error(), Error::kInvalid);
  EXPECT_TRUE(network_->interface(ts0_)->addresses().empty());
}

}  // namespace
}  // namespace tapstack::net
