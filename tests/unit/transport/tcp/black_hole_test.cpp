#include "transport/tcp/black_hole.h"

#include <gtest/gtest.h>

#include "pair.h"

namespace tapstack::transport::tcp {
namespace {

constexpr Instant kBegin = Instant::from_us(1'000'000);

TEST(BlackHole, TwoTimeOutsOfALargeSegmentMakeItSmaller) {  // RFC 4821 7.7
  BlackHole b;
  EXPECT_FALSE(b.on_timeout(1, 1448, kBegin));
  EXPECT_TRUE(b.on_timeout(2, 1448, kBegin));
  EXPECT_EQ(b.mss_max_bytes(), 1024);
}

TEST(BlackHole, TwoMoreMakeItSmallerStillAndThatIsTheEnd) {
  BlackHole b;
  b.on_timeout(2, 1448, kBegin);
  EXPECT_FALSE(b.on_timeout(3, 1012, kBegin));
  EXPECT_TRUE(b.on_timeout(4, 1012, kBegin));
  EXPECT_EQ(b.mss_max_bytes(), 512);
  EXPECT_FALSE(b.on_timeout(6, 500, kBegin));
}

TEST(BlackHole, ASmallSegmentIsNoSignOfOne) {
  BlackHole b;
  EXPECT_FALSE(b.on_timeout(2, 100, kBegin));
  EXPECT_EQ(b.mss_max_bytes(), UINT16_MAX);
}

TEST(BlackHole, AfterTenMinutesThePathIsTriedAgain) {  // RFC 8899 5.1.1
  BlackHole b;
  EXPECT_FALSE(b.is_over(kBegin));
  b.on_timeout(2, 1448, kBegin);
  EXPECT_FALSE(b.is_over(kBegin + Duration::s(599)));
  EXPECT_TRUE(b.is_over(kBegin + Duration::s(600)));
}

// The path takes 1200 bytes and says nothing; the peer's and our MTU are 1500.
TEST(BlackHole, ATransferGetsThroughAPathThatSwallowsLargePackets) {
  Pair p;
  const auto e = p.establish();
  p.drop = [](const Seen& s) { return s.text > 1160; };
  EXPECT_EQ(p.transfer(p.a, e.a, p.b, e.b, pattern(100'000), Duration::s(10)), pattern(100'000));
  EXPECT_EQ(p.inside(p.a, e.a).send_mss_bytes, 1024);
}

TEST(BlackHole, TenMinutesLaterFullSegmentsGoAgain) {
  Pair p;
  const auto e = p.establish();
  p.drop = [](const Seen& s) { return s.text > 1160; };
  p.transfer(p.a, e.a, p.b, e.b, pattern(10'000), Duration::s(10));
  p.drop = nullptr;
  p.run(Duration::s(600));
  p.trace.clear();
  p.transfer(p.a, e.a, p.b, e.b, pattern(10'000), Duration::s(1));
  EXPECT_EQ(p.trace[0].text, 1448u);
}

}  // namespace
}  // namespace tapstack::transport::tcp
