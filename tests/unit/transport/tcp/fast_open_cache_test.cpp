#include "transport/tcp/fast_open_cache.h"

#include <gtest/gtest.h>

namespace tapstack::transport::tcp {
namespace {

constexpr Instant kNow = Instant::from_us(1'000'000'000);
const IpAddress kServer = Ip4Address::from(10, 0, 0, 1);

wire::TcpFastOpenCookie cookie(uint8_t octet) {
  wire::TcpFastOpenCookie c;
  c.bytes = 8;
  c.octets.fill(octet);
  return c;
}

void remember(FastOpenCache& cache, const IpAddress& server, uint8_t octet, uint16_t mss_bytes,
              Instant now) {
  cache.remember_mss(server, mss_bytes, now);
  cache.remember_cookie(server, cookie(octet));
}

TEST(FastOpenCache, NothingIsKnownOfAStranger) {
  const FastOpenCache cache;
  EXPECT_EQ(cache.find(kServer), nullptr);
  EXPECT_FALSE(cache.is_blocked(kServer, kNow));
}

TEST(FastOpenCache, TheLastCookieAndMssAreKept) {
  FastOpenCache cache;
  remember(cache, kServer, 1, 1000, kNow);
  remember(cache, kServer, 2, 1200, kNow);
  ASSERT_NE(cache.find(kServer), nullptr);
  EXPECT_EQ(cache.find(kServer)->cookie.octets[0], 2);
  EXPECT_EQ(cache.find(kServer)->mss_bytes, 1200);
}

TEST(FastOpenCache, WhatIsForgottenIsAsNeverKnown) {
  FastOpenCache cache;
  remember(cache, kServer, 1, 1000, kNow);
  cache.forget();
  EXPECT_EQ(cache.find(kServer), nullptr);
}

TEST(FastOpenCache, AnMssWithoutACookieLeavesTheCookieThatIsKnown) {
  FastOpenCache cache;
  remember(cache, kServer, 1, 1000, kNow);
  cache.remember_mss(kServer, 940, kNow);
  EXPECT_EQ(cache.find(kServer)->cookie.octets[0], 1);
  EXPECT_EQ(cache.find(kServer)->mss_bytes, 940);
}

TEST(FastOpenCache, WhoGivesNoCookieIsAskedOnceByTheExperimentalOption) {  // RFC 6994
  FastOpenCache cache;
  cache.remember_mss(kServer, 1000, kNow);
  cache.note_refusal(kServer, false);
  EXPECT_TRUE(cache.find(kServer)->asks_experimentally);
  cache.note_refusal(kServer, true);
  EXPECT_FALSE(cache.find(kServer)->asks_experimentally);
  cache.note_refusal(kServer, false);
  EXPECT_FALSE(cache.find(kServer)->asks_experimentally);
}

TEST(FastOpenCache, WhoHasGivenACookieIsAskedAsEver) {
  FastOpenCache cache;
  remember(cache, kServer, 1, 1000, kNow);
  cache.note_refusal(kServer, false);
  EXPECT_FALSE(cache.find(kServer)->asks_experimentally);
}

TEST(FastOpenCache, WhoDoesNotAnswerIsLeftAloneForAnHour) {  // RFC 7413 4.1.3.1
  FastOpenCache cache;
  remember(cache, kServer, 1, 1000, kNow);
  cache.block(kServer, kNow);
  EXPECT_TRUE(cache.find(kServer)->cookie.is_request());
  EXPECT_TRUE(cache.is_blocked(kServer, kNow + Duration::s(3599)));
  EXPECT_FALSE(cache.is_blocked(kServer, kNow + Duration::s(3600)));
}

TEST(FastOpenCache, TheLastOnesSurviveAFlood) {
  FastOpenCache cache;
  for (uint32_t i = 0; i < 10 * kConfig.tcp_fast_open_servers; ++i) {
    const IpAddress server = Ip4Address{0x0a000000 + i};
    remember(cache, server, static_cast<uint8_t>(i), 1000, kNow + Duration::s(i));
    ASSERT_NE(cache.find(server), nullptr);
  }
}

}  // namespace
}  // namespace tapstack::transport::tcp
