#include "app/dhcp6_lease.h"

#include "tests/unit/app/dhcp6_server.h"
#include "tests/unit/support/bytes.h"

namespace tapstack::app {
namespace {

constexpr uint32_t kIaid = 7;
const Instant kNow = Instant::from_us(1'000'000);

class Dhcp6LeaseTest : public testing::Test {
 protected:
  Dhcp6LeaseTest() : request_(64) {
    wire::Dhcp6Writer writer(request_, Dhcp6Type::kRequest, 1);
    writer.ia_na(kIaid, 0, 0, nullptr);
    request_.resize(writer.bytes());
  }
  Dhcp6Grant read(const Grant6& grant, uint32_t iaid = kIaid) {
    const auto bytes = answer6(request_, Dhcp6Type::kReply, grant);
    return read_lease(*wire::Dhcp6View::parse(bytes), iaid, kNow, lease_);
  }

  std::vector<uint8_t> request_;
  Dhcp6Lease lease_;
};

TEST_F(Dhcp6LeaseTest, ReadsAddressServerAndTimes) {
  ASSERT_EQ(read({.t1_s = 300, .t2_s = 400}), Dhcp6Grant::kGranted);
  EXPECT_EQ(lease_.address, kGranted6);
  EXPECT_TRUE(std::ranges::equal(lease_.server.span(), kServerDuid));
  EXPECT_EQ(lease_.renew_at, kNow + Duration::s(300));
  EXPECT_EQ(lease_.rebind_at, kNow + Duration::s(400));
  EXPECT_EQ(lease_.preferred_until, kNow + Duration::s(1000));
  EXPECT_EQ(lease_.valid_until, kNow + Duration::s(2000));
}

TEST_F(Dhcp6LeaseTest, TimesLeftToTheClientAreHalfAndFourFifths) {  // RFC 8415 21.4
  ASSERT_EQ(read({}), Dhcp6Grant::kGranted);
  EXPECT_EQ(lease_.renew_at, kNow + Duration::s(500));
  EXPECT_EQ(lease_.rebind_at, kNow + Duration::s(800));
}

TEST_F(Dhcp6LeaseTest, InfiniteLifetimesNeverEnd) {  // RFC 8415 7.7
  ASSERT_EQ(read({.preferred_s = kForeverS, .valid_s = kForeverS}), Dhcp6Grant::kGranted);
  EXPECT_TRUE(lease_.renew_at.is_never());
  EXPECT_TRUE(lease_.valid_until.is_never());
}

TEST_F(Dhcp6LeaseTest, AnAssociationWithT1BeyondT2IsDiscarded) {  // RFC 8415 21.4
  EXPECT_EQ(read({.t1_s = 401, .t2_s = 400}), Dhcp6Grant::kNothing);
}

TEST_F(Dhcp6LeaseTest, AnAddressPreferredForLongerThanValidIsDiscarded) {  // RFC 8415 21.6
  EXPECT_EQ(read({.preferred_s = 2001, .valid_s = 2000}), Dhcp6Grant::kNothing);
}

TEST_F(Dhcp6LeaseTest, WhatNoHostCanHaveIsNotTaken) {
  EXPECT_EQ(read({.address = Ip6Address::loopback()}), Dhcp6Grant::kNothing);
  EXPECT_EQ(read({.address = Ip6Address::all_nodes()}), Dhcp6Grant::kNothing);
  EXPECT_EQ(read({.valid_s = 0}), Dhcp6Grant::kNothing);
}

TEST_F(Dhcp6LeaseTest, TheAssociationOfAnotherIsNotOurs) {
  EXPECT_EQ(read({}, kIaid + 1), Dhcp6Grant::kNothing);
}

TEST_F(Dhcp6LeaseTest, InformationHasServersSearchListAndWhenToAskAgain) {
  auto bytes = answer6(request_, Dhcp6Type::kReply);
  for (const uint8_t b : test::hex("0018 0003 016100 0020 0004 00000010")) bytes.push_back(b);
  Dhcp6Information information;
  read_information(*wire::Dhcp6View::parse(bytes), kNow, information);
  ASSERT_EQ(information.dns.count, 1);
  EXPECT_EQ(information.dns.items[0], kDns6);
  EXPECT_EQ(information.search.view(), "a");
  EXPECT_EQ(information.refresh_at, kNow + Duration::s(600));  // IRT_MINIMUM
}

}  // namespace
}  // namespace tapstack::app
