#include "transport/tcp/challenge_limit.h"

#include <gtest/gtest.h>

namespace tapstack::transport::tcp {
namespace {

TEST(ChallengeLimit, AllowsTenASecond) {  // RFC 5961 7
  ChallengeLimit l;
  const Instant now = Instant::from_us(1);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(l.allow(now));
  EXPECT_FALSE(l.allow(now));
  EXPECT_FALSE(l.allow(now + Duration::ms(999)));
  EXPECT_TRUE(l.allow(now + Duration::s(1)));
}

}  // namespace
}  // namespace tapstack::transport::tcp
