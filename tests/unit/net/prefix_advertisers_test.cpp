#include "net/prefix_advertisers.h"

#include <gtest/gtest.h>

namespace tapstack::net {
namespace {

constexpr InterfaceId kIf{2};
constexpr Instant kNow = Instant::from_us(1'000'000);
constexpr Instant kLater = Instant::from_us(2'000'000);

IpAddress router(uint16_t n, InterfaceId zone = kIf) {
  return {Ip6Address::from(0xfe80, 0, 0, 0, 0, 0, 0, n), zone};
}
Prefix prefix(uint16_t n) {
  return {IpAddress(Ip6Address::from(0x2001, 0xdb8, 0, n, 0, 0, 0, 0)), 64};
}
IpAddress address_in(uint16_t n) {
  return IpAddress(Ip6Address::from(0x2001, 0xdb8, 0, n, 0, 0, 0, 5));
}

TEST(PrefixAdvertisers, KeepRoutersApart) {
  PrefixAdvertisers table;
  table.on_prefix(router(1), prefix(1), kLater, kNow);
  EXPECT_TRUE(table.has_advertised(router(1), address_in(1)));
  EXPECT_FALSE(table.has_advertised(router(1), address_in(2)));
  EXPECT_FALSE(table.has_advertised(router(2), address_in(1)));
  EXPECT_FALSE(table.has_advertised(router(1, InterfaceId{3}), address_in(1)));
}

TEST(PrefixAdvertisers, LifetimeOfZeroEndsIt) {
  PrefixAdvertisers table;
  table.on_prefix(router(1), prefix(1), kLater, kNow);
  table.on_prefix(router(1), prefix(1), kNow, kNow);
  EXPECT_FALSE(table.has_advertised(router(1), address_in(1)));
}

TEST(PrefixAdvertisers, WhatHasExpiredMakesRoom) {
  PrefixAdvertisers table;
  for (uint16_t i = 0; i < 2 * kConfig.routes; ++i) {
    table.on_prefix(router(1), prefix(i), kLater, kNow);
  }
  EXPECT_EQ(table.used(), kConfig.routes / 2) << "no more than that, whatever is advertised";
  table.on_prefix(router(2), prefix(9999), Instant::never(), kLater);
  EXPECT_EQ(table.used(), 1u);
  EXPECT_TRUE(table.has_advertised(router(2), address_in(9999)));
}

TEST(PrefixAdvertisers, AreForgottenWithTheirLink) {
  PrefixAdvertisers table;
  table.on_prefix(router(1), prefix(1), kLater, kNow);
  table.flush(InterfaceId{3});
  EXPECT_EQ(table.used(), 1u);
  table.flush(kIf);
  EXPECT_EQ(table.used(), 0u);
}

}  // namespace
}  // namespace tapstack::net
