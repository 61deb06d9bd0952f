#include "app/link_local4.h"

#include <set>
#include <type_traits>

#include "tests/unit/app/app_test.h"

namespace tapstack::app {
namespace {

static_assert(std::is_trivially_copyable_v<LinkLocal4>);

class LinkLocal4Test : public AppTest {
 protected:
  LinkLocal4Test() : client_(device_, kClientMac) {}

  void poll_client() override { client_.poll(stack_, now_, is_wanted_); }
  Instant client_deadline() const override { return client_.next_deadline(); }
  // Another host has whatever is probed for, as long as `conflicts_` lasts.
  void on_frame(const Octets& frame) override {
    if (!is_arp(frame) || !arp_sender(frame).is_any()) return;
    if (probed_.insert(arp_target(frame)).second) tried_at_.push_back(now_);
    if (conflicts_ == 0) return;
    --conflicts_;
    send_arp({2, link::kOtherMac, arp_target(frame), kClientMac, Ip4Address::any()});
  }

  LinkLocal4 client_;
  bool is_wanted_ = true;
  int conflicts_ = 0;
  std::set<Ip4Address> probed_;
  std::vector<Instant> tried_at_;
};

TEST_F(LinkLocal4Test, ProbesAndTakesAnAddressOfTheRange) {  // RFC 3927 2.1, 2.2.1
  run_for(Duration::s(10));
  ASSERT_TRUE(client_.address());
  EXPECT_TRUE(client_.address()->is_link_local());
  EXPECT_GE(client_.address()->value, Ip4Address::from(169, 254, 1, 0).value);
  EXPECT_LE(client_.address()->value, Ip4Address::from(169, 254, 254, 255).value);
  EXPECT_TRUE(has_address(*client_.address()));
}

TEST_F(LinkLocal4Test, TheSameMacTriesTheSameAddressAtEveryStart) {  // RFC 3927 2.1
  run_for(Duration::s(10));
  const Ip4Address first = *client_.address();
  is_wanted_ = false;
  turn();
  client_ = LinkLocal4(device_, kClientMac);
  is_wanted_ = true;
  run_for(Duration::s(10));
  EXPECT_EQ(client_.address(), first);
}

TEST_F(LinkLocal4Test, AConflictHasAnotherAddressTried) {  // RFC 3927 2.2.1
  conflicts_ = 2;
  run_for(Duration::s(15));
  EXPECT_EQ(probed_.size(), 3u);
  ASSERT_TRUE(client_.address());
}

TEST_F(LinkLocal4Test, AfterTenConflictsOneAddressAMinuteIsTried) {  // RFC 3927 2.2.1
  conflicts_ = 1000;
  run_for(Duration::s(300));
  ASSERT_GE(tried_at_.size(), 13u);
  EXPECT_LT(tried_at_[9] - tried_at_[0], Duration::s(20));
  EXPECT_GE(tried_at_[11] - tried_at_[10], Duration::s(59));
  EXPECT_GE(tried_at_[12] - tried_at_[11], Duration::s(59));
}

TEST_F(LinkLocal4Test, ARoutableAddressReplacesIt) {  // RFC 3927 1.9
  run_for(Duration::s(10));
  const Ip4Address address = *client_.address();
  is_wanted_ = false;
  turn();
  EXPECT_FALSE(client_.address());
  EXPECT_FALSE(has_address(address));
}

TEST_F(LinkLocal4Test, AnAddressContestedTwiceIsGivenUpForAnother) {  // RFC 3927 2.5 (b)
  run_for(Duration::s(10));
  const Ip4Address address = *client_.address();
  send_arp({1, link::kOtherMac, address, {}, address});
  send_arp({1, link::kOtherMac, address, {}, address});
  run_for(Duration::s(10));
  ASSERT_TRUE(client_.address());
  EXPECT_NE(client_.address(), address);
}

}  // namespace
}  // namespace tapstack::app
