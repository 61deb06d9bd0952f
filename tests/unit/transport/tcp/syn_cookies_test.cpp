#include "transport/tcp/syn_cookies.h"

#include <gtest/gtest.h>

#include <vector>

#include "by_hand.h"

namespace tapstack::transport::tcp {
namespace {

class Cookie : public ::testing::Test {
 protected:
  Cookie() { cookies.start(random); }
  Random random;
  SynCookies cookies;
  Flow flow{{Ip4Address::from(10, 0, 0, 2), {80}}, {Ip4Address::from(10, 0, 0, 1), {4000}}};
  SeqNumber irs{12345};
  Instant now = Instant::from_us(640'000'000);
};

TEST_F(Cookie, SaysWhichMssWasOfferedRoundedDown) {
  for (const auto& [offered, kept] : std::vector<std::pair<uint16_t, uint16_t>>{
           {65'535, 8960}, {1460, 1460}, {1459, 1440}, {1000, 536}, {88, 88}}) {
    EXPECT_EQ(cookies.check(flow, irs, cookies.make(flow, irs, offered, now), now), kept);
  }
}

TEST_F(Cookie, IsGoodForThePeriodInWhichItWasMadeAndTheNext) {
  const SeqNumber iss = cookies.make(flow, irs, 1460, now);
  EXPECT_TRUE(cookies.check(flow, irs, iss, now + Duration::s(127)));
  EXPECT_FALSE(cookies.check(flow, irs, iss, now + Duration::s(128)));
}

TEST_F(Cookie, IsOfOneFlowAndOneSynOnly) {
  const SeqNumber iss = cookies.make(flow, irs, 1460, now);
  EXPECT_FALSE(cookies.check(flow, irs + 1, iss, now));
  EXPECT_FALSE(cookies.check(flow, irs, iss + 100, now));
  Flow other = flow;
  other.remote.port = {4001};
  EXPECT_FALSE(cookies.check(other, irs, iss, now));
}

TEST_F(Cookie, RisesWithTime) {  // RFC 9293 3.4.1: as other initial sequence numbers do
  const SeqNumber before = cookies.make(flow, irs, 1460, now);
  EXPECT_TRUE(cookies.make(flow, irs, 1460, now + Duration::s(128)).after(before));
}

TEST(CookieTimestamp, KeepsScalingSackAndEcn) {
  Negotiated agreed;
  agreed.timestamps = agreed.window_scaling = agreed.sack = agreed.ecn = true;
  agreed.send_shift = 14;
  const Negotiated kept = agreed_from_cookie(cookie_timestamp(1'000'000, agreed), 7);
  EXPECT_TRUE(kept.timestamps && kept.window_scaling && kept.sack && kept.ecn);
  EXPECT_EQ(kept.send_shift, 14);
  EXPECT_EQ(kept.receive_shift, 7);
}

TEST(CookieTimestamp, KeepsThatNothingWasAgreed) {
  Negotiated agreed;
  agreed.timestamps = true;
  const Negotiated kept = agreed_from_cookie(cookie_timestamp(1'000'000, agreed), 7);
  EXPECT_FALSE(kept.window_scaling || kept.sack || kept.ecn);
}

TEST(CookieTimestamp, IsNeverAheadOfTheClockAndCloseBehindIt) {
  Negotiated agreed;
  agreed.timestamps = agreed.sack = true;
  for (uint32_t now = 0xffffff00; now != 0x100; ++now) {
    EXPECT_LT(now - cookie_timestamp(now, agreed), 64u) << now;
  }
}

TEST(CookieTimestamp, WithoutTheOptionOnlyTheMssIsKept) {
  Negotiated agreed;
  agreed.peer_mss_bytes = 1000;
  agreed.sack = agreed.window_scaling = agreed.ecn = true;
  const Negotiated kept = keepable_in_cookie(agreed);
  EXPECT_EQ(kept.peer_mss_bytes, 1000);
  EXPECT_FALSE(kept.sack || kept.window_scaling || kept.ecn);
}

}  // namespace
}  // namespace tapstack::transport::tcp
