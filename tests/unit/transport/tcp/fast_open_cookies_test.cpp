#include "transport/tcp/fast_open_cookies.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace tapstack::transport::tcp {
namespace {

const IpAddress kClient = Ip4Address::from(192, 0, 2, 1);
const IpAddress kListener = Ip4Address::from(192, 168, 0, 1);

// The key and the cookie of packetdrill's scripts: tcp_fastopen_key a1a1a1a1-b2b2b2b2-...
FastOpenCookies with_known_key() {
  FastOpenCookies cookies;
  cookies.set_key({0xb2b2b2b2a1a1a1a1, 0xd4d4d4d4c3c3c3c3});
  return cookies;
}

TEST(FastOpenCookies, ACookieIsWhatLinuxMakesOfTheSameKey) {
  const auto cookie = with_known_key().make(kClient, kListener);
  const uint8_t kLinux[] = {0x30, 0x21, 0xb9, 0xd8, 0x89, 0x01, 0x7e, 0xeb};
  ASSERT_EQ(cookie.view().size(), sizeof kLinux);
  EXPECT_TRUE(std::equal(std::begin(kLinux), std::end(kLinux), cookie.view().begin()));
}

TEST(FastOpenCookies, ACookieIsGoodForItsClientOnly) {
  const FastOpenCookies cookies = with_known_key();
  const auto cookie = cookies.make(kClient, kListener);
  EXPECT_TRUE(cookies.check(kClient, kListener, cookie));
  EXPECT_FALSE(cookies.check(IpAddress(Ip4Address::from(192, 0, 2, 2)), kListener, cookie));
}

TEST(FastOpenCookies, APrefixOfACookieIsNone) {
  const FastOpenCookies cookies = with_known_key();
  auto cookie = cookies.make(kClient, kListener);
  cookie.bytes = 4;
  EXPECT_FALSE(cookies.check(kClient, kListener, cookie));
}

}  // namespace
}  // namespace tapstack::transport::tcp
