#include "app/dhcp4_lease.h"

#include "tests/unit/app/dhcp4_server.h"
#include "tests/unit/support/bytes.h"

namespace tapstack::app {
namespace {

using test::hex;
using wire::Dhcp4Type;

class Dhcp4LeaseTest : public testing::Test {
 protected:
  Dhcp4LeaseTest() : request_(300) {
    wire::Dhcp4Writer(request_, {.chaddr = kClientMac}, Dhcp4Type::kRequest).finish();
  }
  Answer ack(const Grant& grant = {}) { return Answer(request_, Dhcp4Type::kAck, grant); }
  Dhcp4Lease lease_of(Answer& answer) {
    const Octets bytes = answer.finish();
    Dhcp4Lease lease;
    EXPECT_TRUE(read_lease(*wire::Dhcp4View::parse(bytes), Instant(), lease));
    return lease;
  }

  Octets request_;
};

TEST_F(Dhcp4LeaseTest, ReadsWhatAServerSays) {
  Answer answer = ack();
  answer.address(code::kRouter, kServer).u16(code::kInterfaceMtu, 1400);
  answer.data(code::kDnsServers, hex("0a000001 09090909"));
  answer.data(code::kNtpServers, hex("0a000005"));
  answer.data(code::kDomainName, hex("6578616d706c652e636f6d 00"));
  answer.data(code::kDomainSearch, hex("0161 00 0162 c000"));
  const Dhcp4Lease lease = lease_of(answer);
  EXPECT_EQ(lease.prefix(), (Prefix{kGranted4, 24}));
  ASSERT_EQ(lease.routes.count, 1);
  EXPECT_EQ(lease.routes.items[0].gateway, kServer);
  EXPECT_EQ(lease.mtu_bytes, 1400);
  ASSERT_EQ(lease.dns.count, 2);
  EXPECT_EQ(lease.dns.items[1], Ip4Address::from(9, 9, 9, 9));
  EXPECT_EQ(lease.ntp.count, 1);
  EXPECT_EQ(lease.domain.view(), "example.com");
  EXPECT_EQ(lease.search.view(), "a b.a");
}

TEST_F(Dhcp4LeaseTest, ClasslessRoutesReplaceTheRouter) {  // RFC 3442
  Answer answer = ack();
  answer.address(code::kRouter, kOther);
  answer.data(code::kClasslessStaticRoutes, hex("00 0a000001 18c0a805 0a000002"));
  const Dhcp4Lease lease = lease_of(answer);
  ASSERT_EQ(lease.routes.count, 2);
  EXPECT_EQ(lease.routes.items[0].gateway, kServer);
  EXPECT_EQ(lease.routes.items[1].destination, (Prefix{Ip4Address::from(192, 168, 5, 0), 24}));
}

TEST_F(Dhcp4LeaseTest, WithoutAUsableMaskTheClassDecides) {  // RFC 1122 3.2.1.3
  Answer hole = ack({.mask = 0xff00ff00});
  EXPECT_EQ(lease_of(hole).prefix_length, 8);
  Answer b = ack({.address = Ip4Address::from(172, 16, 0, 9), .mask = 0});
  EXPECT_EQ(lease_of(b).prefix_length, 16);
  Answer c = ack({.address = Ip4Address::from(192, 168, 0, 9), .mask = 0});
  EXPECT_EQ(lease_of(c).prefix_length, 24);
}

TEST_F(Dhcp4LeaseTest, AnMtuBelowTheMinimumIsNotTold) {  // RFC 2132 5.1
  Answer answer = ack();
  answer.u16(code::kInterfaceMtu, 67);
  EXPECT_EQ(lease_of(answer).mtu_bytes, 0);
}

TEST_F(Dhcp4LeaseTest, ADomainThatNoNameIsIsNotTold) {
  Answer answer = ack();
  answer.data(code::kDomainName, hex("61 0a 62"));
  EXPECT_EQ(lease_of(answer).domain.view(), "");
}

TEST_F(Dhcp4LeaseTest, TimesOutOfOrderAreReplaced) {  // RFC 2131 4.4.5: T1 < T2 < lease
  Answer answer = ack();
  answer.u32(code::kRenewalTime, 5000).u32(code::kRebindingTime, 4000);
  const Dhcp4Lease lease = lease_of(answer);
  EXPECT_LT(lease.renew_at, lease.rebind_at);
  EXPECT_LT(lease.rebind_at, lease.expires_at);
}

}  // namespace
}  // namespace tapstack::app
