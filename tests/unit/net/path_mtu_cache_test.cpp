#include "net/path_mtu_cache.h"

#include <gtest/gtest.h>

#include <memory>

namespace tapstack::net {
namespace {

const Ip4Address kDestination = Ip4Address::from(203, 0, 113, 9);

class PathMtuCacheTest : public testing::Test {
 protected:
  uint32_t mtu(const Ip4Address& to = kDestination) const { return cache_->lookup(to, 1500, now_); }
  uint32_t report(uint32_t next_hop_mtu, uint32_t packet_bytes,
                  const Ip4Address& to = kDestination) {
    const uint32_t mtu = reported_path_mtu(next_hop_mtu, packet_bytes);
    return mtu == 0 ? 0 : cache_->lower(to, mtu, now_);
  }
  std::unique_ptr<PathMtuCache> cache_ = std::make_unique<PathMtuCache>(SecretKey{1, 2});
  Instant now_ = Instant::from_us(5'000'000);
};

TEST_F(PathMtuCacheTest, UnknownPathTakesWhatTheInterfaceTakes) { EXPECT_EQ(mtu(), 1500u); }

TEST_F(PathMtuCacheTest, ReportLowersItForThatDestinationOnly) {
  EXPECT_EQ(report(1400, 1500), 1400u);
  EXPECT_EQ(mtu(), 1400u);
  EXPECT_EQ(mtu(Ip4Address::from(203, 0, 113, 10)), 1500u);
}

TEST_F(PathMtuCacheTest, ReportNeverRaisesIt) {
  report(1400, 1500);
  EXPECT_EQ(report(1450, 1500), 1400u);
  EXPECT_EQ(mtu(), 1400u);
  EXPECT_EQ(report(1300, 1400), 1300u);
}

TEST_F(PathMtuCacheTest, ReportThatThePacketWouldHaveFittedIsNotBelieved) {
  EXPECT_EQ(report(1500, 1500), 0u);
  EXPECT_EQ(report(9000, 1500), 0u);
  EXPECT_EQ(cache_->used(), 0u);
}

TEST_F(PathMtuCacheTest, TinyMtusAreRaisedToTheMinimum) {
  EXPECT_EQ(report(68, 1500), kConfig.path_mtu_min_bytes);
}

TEST_F(PathMtuCacheTest, MissingMtuMeansTheNextPlateau) {
  EXPECT_EQ(report(0, 1500), 1492u);
  EXPECT_EQ(report(0, 1492), 1006u);
}

TEST_F(PathMtuCacheTest, IsForgottenAfterTenMinutesWithoutAReport) {
  report(1400, 1500);
  now_ = now_ + Duration::s(600) - Duration::us(1);
  EXPECT_EQ(mtu(), 1400u);
  now_ = now_ + Duration::us(1);
  EXPECT_EQ(mtu(), 1500u);
  EXPECT_EQ(report(1450, 1500), 1450u) << "and may be learnt anew, higher";
}

TEST_F(PathMtuCacheTest, OldestEntryGivesWayWhenItIsFull) {
  for (uint8_t i = 0; i <= kConfig.path_mtus; ++i) {
    report(1400, 1500, Ip4Address::from(198, 51, 100, i));
  }
  EXPECT_EQ(cache_->used(), kConfig.path_mtus);
  EXPECT_EQ(mtu(Ip4Address::from(198, 51, 100, 0)), 1500u);
  EXPECT_EQ(mtu(Ip4Address::from(198, 51, 100, 1)), 1400u);
  cache_->clear();
  EXPECT_EQ(cache_->used(), 0u);
  EXPECT_EQ(mtu(Ip4Address::from(198, 51, 100, 1)), 1500u);
}

TEST(PlateauBelow, FollowsTable71OfRfc1191) {
  EXPECT_EQ(plateau_below(65536), 65535u);
  EXPECT_EQ(plateau_below(65535), 32000u);
  EXPECT_EQ(plateau_below(1500), 1492u);
  EXPECT_EQ(plateau_below(576), 508u);
  EXPECT_EQ(plateau_below(68), 68u);
}

}  // namespace
}  // namespace tapstack::net
