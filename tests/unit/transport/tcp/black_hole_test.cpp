#include "transport/tcp/black_hole.h"

#include <gtest/gtest.h>

#include "pair.h"

namespace tapstack::transport::tcp {
namespace {

constexpr Instant kBegin = Instant::from_us(1'000'000);
constexpr SeqNumber kSeq(1000);
constexpr uint16_t kPath = 1460;

BlackHole found() {
  BlackHole b;
  b.on_timeout(2, 1448, false, kBegin);
  return b;
}

// One probe over a path that carries segments of `carried_bytes`. Returns its size, 0 for none.
uint16_t probe(BlackHole& b, uint16_t carried_bytes, Instant now) {
  const uint16_t mss = b.probe_mss_bytes(kPath, now);
  if (mss == 0) return 0;
  const SeqRange text{kSeq, kSeq + mss};
  b.on_probe_sent(text, mss);
  if (mss > carried_bytes) {
    b.on_resent({text.begin, text.begin + 500}, now);
  } else {
    b.on_acked(text.end, now);
  }
  return mss;
}

TEST(BlackHole, TwoTimeOutsOfALargeSegmentMakeItSmaller) {  // RFC 4821 7.7
  BlackHole b;
  EXPECT_FALSE(b.on_timeout(1, 1448, false, kBegin));
  EXPECT_TRUE(b.on_timeout(2, 1448, false, kBegin));
  EXPECT_EQ(b.mss_max_bytes(), 1024);
}

TEST(BlackHole, TwoMoreMakeItSmallerStillAndThatIsTheEnd) {
  BlackHole b = found();
  EXPECT_FALSE(b.on_timeout(3, 1012, false, kBegin));
  EXPECT_TRUE(b.on_timeout(4, 1012, false, kBegin));
  EXPECT_EQ(b.mss_max_bytes(), 512);
  EXPECT_FALSE(b.on_timeout(6, 500, false, kBegin));
}

TEST(BlackHole, EveryLinkOfIp6CarriesPacketsOf1280Bytes) {  // RFC 8200 5
  BlackHole b;
  EXPECT_TRUE(b.on_timeout(2, 1428, true, kBegin));
  EXPECT_EQ(b.mss_max_bytes(), 1220);
  EXPECT_FALSE(b.on_timeout(4, 1208, true, kBegin));
}

TEST(BlackHole, ASmallSegmentIsNoSignOfOne) {
  BlackHole b;
  EXPECT_FALSE(b.on_timeout(2, 100, false, kBegin));
  EXPECT_EQ(b.mss_max_bytes(), UINT16_MAX);
  EXPECT_EQ(b.probe_mss_bytes(kPath, kBegin), 0);
}

TEST(BlackHole, TheSizeThatWasGivenUpIsTheFirstToBeTried) {
  BlackHole b = found();
  EXPECT_EQ(probe(b, kPath, kBegin), kPath);
  EXPECT_EQ(b.mss_max_bytes(), UINT16_MAX);
  EXPECT_EQ(b.probe_mss_bytes(kPath, kBegin), 0);
}

TEST(BlackHole, OneProbeIsOnItsWayAtATime) {
  BlackHole b = found();
  b.on_probe_sent({kSeq, kSeq + kPath}, kPath);
  EXPECT_EQ(b.probe_mss_bytes(kPath, kBegin), 0);
  EXPECT_FALSE(b.on_acked(kSeq + (kPath - 1), kBegin));
  EXPECT_EQ(b.probe_mss_bytes(kPath, kBegin), 0);
}

TEST(BlackHole, ASizeIsTooLargeWhenThreeProbesOfItVanished) {  // RFC 8899 5.1.2
  BlackHole b = found();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(probe(b, 1100, kBegin), kPath);
  EXPECT_EQ(probe(b, 1100, kBegin), (1024 + kPath) / 2);
}

TEST(BlackHole, OfProbesThatVanishThoseOfOneSizeCount) {
  BlackHole b = found();
  for (int i = 0; i < 5; ++i) probe(b, 1300, kBegin);  // 3 of 1460, 1242 arrives, 1 of 1351
  EXPECT_EQ(b.mss_max_bytes(), 1242);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(probe(b, 1300, kBegin), 1351);
  EXPECT_EQ(probe(b, 1300, kBegin), 1296);
}

TEST(BlackHole, OtherTextThatGoesAgainIsNotTheProbe) {
  BlackHole b = found();
  b.on_probe_sent({kSeq, kSeq + kPath}, kPath);
  EXPECT_FALSE(b.on_resent({kSeq - 100, kSeq}, kBegin));
  EXPECT_FALSE(b.on_resent({kSeq + kPath, kSeq + 2 * kPath}, kBegin));
  EXPECT_TRUE(b.on_resent({kSeq + (kPath - 1), kSeq + kPath}, kBegin));
  EXPECT_FALSE(b.on_acked(kSeq + kPath, kBegin));
}

class CarriedSize : public testing::TestWithParam<uint16_t> {};

TEST_P(CarriedSize, IsFoundToEightBytesInAFewProbes) {
  BlackHole b = found();
  int probes = 0;
  while (probe(b, GetParam(), kBegin) != 0) ++probes;
  EXPECT_LE(b.mss_max_bytes(), GetParam());
  EXPECT_GE(b.mss_max_bytes() + 8, GetParam());
  EXPECT_LE(probes, 21);  // 3 of each of 7 sizes
}

TEST_P(CarriedSize, ThePathsOwnIsTriedAgainTenMinutesLater) {  // RFC 8899 5.1.1
  BlackHole b = found();
  while (probe(b, GetParam(), kBegin) != 0) {
  }
  EXPECT_EQ(b.probe_mss_bytes(kPath, kBegin + Duration::s(599)), 0);
  EXPECT_EQ(probe(b, kPath, kBegin + Duration::s(600)), kPath);
  EXPECT_EQ(b.mss_max_bytes(), UINT16_MAX);
}

INSTANTIATE_TEST_SUITE_P(BlackHole, CarriedSize,
                         testing::Values(1024, 1100, 1300, 1360, 1440, 1459));

TEST(BlackHole, APathThatBecameAsSmallIsNotProbed) {
  BlackHole b = found();
  EXPECT_EQ(b.probe_mss_bytes(1024, kBegin), 0);
  EXPECT_EQ(b.probe_mss_bytes(1025, kBegin), 1025);
}

TEST(BlackHole, AReductionForTheProbeAloneIsToldFromOthers) {
  BlackHole b = found();
  b.on_reduced(kSeq, kPath);
  EXPECT_FALSE(b.take_probe_all());
  b.on_probe_sent({kSeq, kSeq + kPath}, kPath);
  b.on_reduced(kSeq, kPath + 1);
  EXPECT_FALSE(b.take_probe_all());
  b.on_reduced(kSeq + 1, kPath);
  EXPECT_FALSE(b.take_probe_all());
  b.on_reduced(kSeq, kPath);
  b.on_resent({kSeq, kSeq + 1024}, kBegin);
  EXPECT_TRUE(b.take_probe_all());
  EXPECT_FALSE(b.take_probe_all());
  b.on_probe_sent({kSeq, kSeq + kPath}, kPath);
  b.on_reduced(kSeq, kPath);
  b.on_lost();
  EXPECT_FALSE(b.take_probe_all());
}

// The path takes packets of 1212 bytes and says nothing; the peer's and our MTU are 1500.
bool is_too_large(const Seen& s) { return s.text > 1160; }

TEST(BlackHole, ATransferFindsWhatAPathThatSwallowsLargePacketsCarries) {
  Pair p;
  const auto e = p.establish();
  p.drop = is_too_large;
  const std::string text = pattern(1'000'000);
  EXPECT_EQ(p.transfer(p.a, e.a, p.b, e.b, text, Duration::s(10)), text);
  EXPECT_GE(p.inside(p.a, e.a).send_mss_bytes, 1172 - 8);
  EXPECT_LE(p.inside(p.a, e.a).send_mss_bytes, 1172);
  EXPECT_EQ(p.a.counters.value(Mib::kTcpExtTCPTimeouts), 2u);
}

TEST(BlackHole, LostProbesDoNotReduceTheWindow) {  // RFC 4821 7.1
  Pair p;
  const auto e = p.establish();
  p.drop = is_too_large;
  p.transfer(p.a, e.a, p.b, e.b, pattern(10'000), Duration::s(10));
  const uint32_t before = p.inside(p.a, e.a).congestion.ssthresh_bytes();
  const std::string text = pattern(1'000'000);
  EXPECT_EQ(p.transfer(p.a, e.a, p.b, e.b, text, Duration::s(10)), text);
  EXPECT_GE(p.a.counters.value(Mib::kTcpExtTCPMTUPFail), 10u);
  EXPECT_GE(p.inside(p.a, e.a).congestion.ssthresh_bytes(), before);
  EXPECT_GE(p.inside(p.a, e.a).congestion.cwnd_bytes(), before);
}

// On a path of 3 % two time-outs in a row come every few minutes.
TEST(BlackHole, AfterLossesByChanceFullSegmentsGoAgainAtOnce) {
  Pair p;
  const auto e = p.establish();
  int losses = 0;
  p.drop = [&losses](const Seen& s) { return s.text > 1160 && ++losses <= 12; };
  p.transfer(p.a, e.a, p.b, e.b, pattern(100'000), Duration::s(10));
  EXPECT_EQ(p.inside(p.a, e.a).send_mss_bytes, kPath);
  EXPECT_EQ(p.a.counters.value(Mib::kTcpExtTCPMTUPSuccess), 1u);
}

TEST(BlackHole, TenMinutesLaterFullSegmentsGoAgain) {
  Pair p;
  const auto e = p.establish();
  p.drop = is_too_large;
  p.transfer(p.a, e.a, p.b, e.b, pattern(1'000'000), Duration::s(10));
  p.drop = nullptr;
  p.run(Duration::s(600));
  p.transfer(p.a, e.a, p.b, e.b, pattern(100'000), Duration::s(1));
  EXPECT_EQ(p.inside(p.a, e.a).send_mss_bytes, kPath);
}

TEST(BlackHole, APathThatStillSwallowsThemTenMinutesLaterCostsNoTimeOut) {
  Pair p;
  const auto e = p.establish();
  p.drop = is_too_large;
  p.transfer(p.a, e.a, p.b, e.b, pattern(1'000'000), Duration::s(10));
  p.run(Duration::s(600));
  const uint64_t failed = p.a.counters.value(Mib::kTcpExtTCPMTUPFail);
  const std::string text = pattern(1'000'000);
  EXPECT_EQ(p.transfer(p.a, e.a, p.b, e.b, text, Duration::s(10)), text);
  EXPECT_GT(p.a.counters.value(Mib::kTcpExtTCPMTUPFail), failed);
  EXPECT_EQ(p.a.counters.value(Mib::kTcpExtTCPTimeouts), 2u);
}

}  // namespace
}  // namespace tapstack::transport::tcp
