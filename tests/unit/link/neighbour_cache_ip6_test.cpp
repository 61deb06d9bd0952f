// The neighbour cache as neighbour discovery uses it: RFC 4861 7.2.3, 7.2.5, 7.3.
#include <optional>

#include "link/neighbour_cache.h"
#include "tests/unit/link/link_test.h"

namespace tapstack::link {
namespace {

using State = NeighbourState;
const IpAddress kPeer6(Ip6Address::from(0xfe80, 0, 0, 0, 0, 0, 0, 1), kIf);

class NeighbourCacheIp6Test : public LinkTest {
 protected:
  NeighbourCacheIp6Test() : cache_(std::make_unique<NeighbourCache>(random_.key())) {}

  State state() const { return cache_->state(kIf, kPeer6, ctx_.now); }
  std::optional<MacAddress> mac() { return cache_->lookup(ctx_, kIf, kPeer6); }
  void start() { ASSERT_TRUE(cache_->enqueue(ctx_, kIf, kPeer6, packet_of({1})).ok()); }
  // How many packets were released.
  uint32_t advertise(const Advertisement& says) {
    effect_ = cache_->on_advertisement(ctx_, kIf, kPeer6, says);
    const uint32_t count = effect_.released.count;
    memory_->clear(effect_.released);
    return count;
  }
  uint32_t hear_option(const MacAddress& mac) {
    mem::PacketQueue released = cache_->on_link_layer_option(ctx_, kIf, kPeer6, mac);
    const uint32_t count = released.count;
    memory_->clear(released);
    return count;
  }
  std::optional<Solicitation> fire() {
    ctx_.now = timers_->next_deadline();
    timer::TimerId id;
    EXPECT_TRUE(timers_->pop_due(ctx_.now, id));
    return cache_->on_timer(ctx_, timer::index_of(id));
  }
  void make_reachable() {
    start();
    advertise({.mac = kPeerMac, .is_solicited = true, .has_override = true});
    ASSERT_EQ(state(), State::kReachable);
  }
  void make_stale() {
    hear_option(kPeerMac);
    ASSERT_EQ(state(), State::kStale);
  }
  void make_probe() {
    make_stale();
    ASSERT_TRUE(mac());
    ASSERT_TRUE(fire());
    ASSERT_EQ(state(), State::kProbe);
  }

  std::unique_ptr<NeighbourCache> cache_;
  AdvertisementEffect effect_;
};

TEST_F(NeighbourCacheIp6Test, AdvertisementOfAnUnknownNeighbourMakesNoEntry) {
  advertise({.mac = kPeerMac, .is_solicited = true, .has_override = true});
  EXPECT_EQ(state(), State::kNone);
}

TEST_F(NeighbourCacheIp6Test, SolicitedAdvertisementResolvesToReachable) {
  start();
  EXPECT_EQ(advertise({.mac = kPeerMac, .is_solicited = true}), 1u);
  EXPECT_EQ(state(), State::kReachable);
}

TEST_F(NeighbourCacheIp6Test, UnsolicitedAdvertisementResolvesToStale) {
  start();
  EXPECT_EQ(advertise({.mac = kPeerMac}), 1u);
  EXPECT_EQ(state(), State::kStale);
}

TEST_F(NeighbourCacheIp6Test, AdvertisementWithoutAnAddressResolvesNothing) {
  start();
  EXPECT_EQ(advertise({.is_solicited = true, .has_override = true}), 0u);
  EXPECT_EQ(state(), State::kIncomplete);
}

TEST_F(NeighbourCacheIp6Test, AnotherAddressWithoutOverrideOnlyRaisesDoubt) {
  make_reachable();
  advertise({.mac = kOtherMac, .is_solicited = true});
  EXPECT_EQ(state(), State::kStale);
  EXPECT_EQ(mac(), kPeerMac);
}

TEST_F(NeighbourCacheIp6Test, AnotherAddressWithoutOverrideIsIgnoredWhereNotReachable) {
  make_probe();
  advertise({.mac = kOtherMac, .is_router = true, .is_solicited = true});
  EXPECT_EQ(state(), State::kProbe);
  EXPECT_EQ(mac(), kPeerMac);
}

TEST_F(NeighbourCacheIp6Test, OverrideReplacesTheAddress) {
  make_reachable();
  advertise({.mac = kOtherMac, .has_override = true});
  EXPECT_EQ(state(), State::kStale);
  EXPECT_EQ(mac(), kOtherMac);
}

TEST_F(NeighbourCacheIp6Test, SolicitedOverrideReplacesTheAddressAndConfirms) {
  make_stale();
  advertise({.mac = kOtherMac, .is_solicited = true, .has_override = true});
  EXPECT_EQ(state(), State::kReachable);
  EXPECT_EQ(mac(), kOtherMac);
}

TEST_F(NeighbourCacheIp6Test, SolicitedAdvertisementConfirmsWithoutAnAddress) {
  make_probe();
  advertise({.is_solicited = true});
  EXPECT_EQ(state(), State::kReachable);
  EXPECT_EQ(timers_->armed(), 0u);
}

TEST_F(NeighbourCacheIp6Test, UnsolicitedAdvertisementOfTheSameAddressChangesNoState) {
  make_reachable();
  advertise({.mac = kPeerMac, .has_override = true});
  EXPECT_EQ(state(), State::kReachable);
}

TEST_F(NeighbourCacheIp6Test, NeighbourThatSaysThatItIsNoRouterIsReported) {  // RFC 4861 7.2.5
  start();
  advertise({.mac = kPeerMac, .is_router = true, .is_solicited = true});
  EXPECT_FALSE(effect_.is_no_router);
  advertise({.mac = kPeerMac, .is_solicited = true});
  EXPECT_TRUE(effect_.is_no_router);
}

TEST_F(NeighbourCacheIp6Test, WhatIsNotBelievedSaysNothingAboutRouters) {  // RFC 4861 7.2.5 I
  make_reachable();
  advertise({.mac = kOtherMac, .is_solicited = true});
  EXPECT_FALSE(effect_.is_no_router);
}

TEST_F(NeighbourCacheIp6Test, SolicitationMakesAStaleEntry) {
  hear_option(kPeerMac);
  EXPECT_EQ(state(), State::kStale);
}

TEST_F(NeighbourCacheIp6Test, SolicitationReleasesWhatWaits) {
  start();
  EXPECT_EQ(hear_option(kPeerMac), 1u);
  EXPECT_EQ(state(), State::kStale);
}

TEST_F(NeighbourCacheIp6Test, SolicitationFromAnotherAddressReplacesIt) {  // unlike ARP
  make_reachable();
  hear_option(kOtherMac);
  EXPECT_EQ(state(), State::kStale);
  EXPECT_EQ(mac(), kOtherMac);
}

TEST_F(NeighbourCacheIp6Test, SolicitationFromTheKnownAddressLeavesTheStateAlone) {
  make_reachable();
  hear_option(kPeerMac);
  EXPECT_EQ(state(), State::kReachable);
}

TEST_F(NeighbourCacheIp6Test, RetransmissionsFollowTheTimerOfTheLink) {
  cache_->set_timing(kIf, {Duration::s(5), Duration::s(10)});
  start();
  const Instant begin = ctx_.now;
  EXPECT_TRUE(fire());
  EXPECT_EQ(ctx_.now - begin, Duration::s(5));
}

TEST_F(NeighbourCacheIp6Test, ReachableTimeIsThatOfTheLink) {
  cache_->set_timing(kIf, {Duration::s(5), Duration::s(10)});
  make_reachable();
  advance(Duration::s(9));
  EXPECT_EQ(state(), State::kReachable);
  advance(Duration::s(1));
  EXPECT_EQ(state(), State::kStale);
}

TEST_F(NeighbourCacheIp6Test, TimingOfRoutersDoesNotConcernArp) {
  cache_->set_timing(kIf, {Duration::s(5), Duration::s(10)});
  ASSERT_TRUE(cache_->enqueue(ctx_, kIf, kPeer, packet_of({1})).ok());
  const Instant begin = ctx_.now;
  EXPECT_TRUE(fire());
  EXPECT_EQ(ctx_.now - begin, Duration::ms(kConfig.neighbour_retrans_ms));
}

}  // namespace
}  // namespace tapstack::link
