#include "net/dns_facts.h"

#include <gtest/gtest.h>

namespace tapstack::net {
namespace {

constexpr InterfaceId kIf{2};
constexpr Instant kNow = Instant::from_us(1'000'000);

IpAddress server(uint16_t n) { return Ip6Address::from(0x2001, 0xdb8, 0, 0, 0, 0, 0, n); }

TEST(DnsFacts, ServerIsThereUntilItsLifetimeEnds) {
  DnsFacts dns;
  dns.on_server(kIf, server(1), kNow + Duration::s(10), kNow);
  ASSERT_NE(dns.server(0, kNow + Duration::s(9)), nullptr);
  EXPECT_EQ(*dns.server(0, kNow), server(1));
  EXPECT_EQ(dns.server(0, kNow + Duration::s(10)), nullptr);
}

TEST(DnsFacts, LifetimeOfZeroTakesItAway) {  // RFC 8106 5.1
  DnsFacts dns;
  dns.on_server(kIf, server(1), kNow + Duration::s(10), kNow);
  dns.on_server(kIf, server(1), kNow, kNow);
  EXPECT_EQ(dns.server(0, kNow), nullptr);
}

TEST(DnsFacts, SameServerIsListedOnce) {
  DnsFacts dns;
  dns.on_server(kIf, server(1), kNow + Duration::s(10), kNow);
  dns.on_server(kIf, server(1), kNow + Duration::s(20), kNow);
  EXPECT_EQ(dns.server(1, kNow), nullptr);
  EXPECT_NE(dns.server(0, kNow + Duration::s(15)), nullptr);
}

TEST(DnsFacts, WhenFullTheOneThatExpiresFirstGivesWay) {  // RFC 8106 6.1
  DnsFacts dns;
  for (uint16_t i = 0; i < kConfig.dns_servers; ++i) {
    dns.on_server(kIf, server(i), kNow + Duration::s(i == 1 ? 5 : 50), kNow);
  }
  dns.on_server(kIf, server(99), kNow + Duration::s(50), kNow);
  for (size_t n = 0; const IpAddress* s = dns.server(n, kNow); ++n) EXPECT_NE(*s, server(1));
  EXPECT_NE(dns.server(kConfig.dns_servers - 1, kNow), nullptr);
}

TEST(DnsFacts, FlushForgetsOneInterface) {
  DnsFacts dns;
  dns.on_server(kIf, server(1), kNow + Duration::s(10), kNow);
  dns.on_server(InterfaceId{3}, server(2), kNow + Duration::s(10), kNow);
  dns.flush(kIf);
  ASSERT_NE(dns.server(0, kNow), nullptr);
  EXPECT_EQ(*dns.server(0, kNow), server(2));
}

TEST(DnsFacts, DomainsAreKeptBesideServers) {
  DnsFacts dns;
  DnsDomain domain;
  domain.bytes = {2, 'a', 'b', 0};
  domain.size = 4;
  dns.on_domain(kIf, domain, kNow + Duration::s(10), kNow);
  ASSERT_NE(dns.domain(0, kNow), nullptr);
  EXPECT_EQ(*dns.domain(0, kNow), domain);
  EXPECT_EQ(dns.server(0, kNow), nullptr);
}

}  // namespace
}  // namespace tapstack::net
