#include "link/neighbour_cache.h"

#include <utility>

#include "tests/unit/link/link_test.h"

namespace tapstack::link {
namespace {

using State = NeighbourState;
constexpr size_t kKnownMax = kConfig.neighbours - kConfig.neighbours_unresolved;

class NeighbourCacheTest : public LinkTest {
 protected:
  NeighbourCacheTest() : cache_(std::make_unique<NeighbourCache>(random_.key())) {}

  State state(const IpAddress& a = kPeer) const { return cache_->state(kIf, a, ctx_.now); }
  auto enqueue(uint8_t tag = 1, const IpAddress& to = kPeer) {
    return cache_->enqueue(ctx_, kIf, to, packet_of({tag}));
  }
  // How many packets were released.
  uint32_t hear(Evidence evidence, const MacAddress& mac = kPeerMac,
                const IpAddress& from = kPeer) {
    mem::PacketQueue released = cache_->on_message(ctx_, kIf, from, mac, evidence);
    const uint32_t count = released.count;
    memory_->clear(released);
    return count;
  }
  auto mac() { return cache_->lookup(ctx_, kIf, kPeer); }
  // Moves time on to the next timer and lets it fire.
  std::optional<Solicitation> fire() {
    ctx_.now = timers_->next_deadline();
    timer::TimerId id;
    EXPECT_TRUE(timers_->pop_due(ctx_.now, id));
    return cache_->on_timer(ctx_, timer::index_of(id));
  }
  void make_reachable() {
    EXPECT_TRUE(enqueue().ok());
    EXPECT_EQ(hear(Evidence::kSolicitedReply), 1u);
    EXPECT_EQ(state(), State::kReachable);
  }
  void make_probe() {
    make_reachable();
    advance(Duration::s(30));
    EXPECT_TRUE(mac());
    EXPECT_EQ(state(), State::kDelay);
    EXPECT_TRUE(fire());
    EXPECT_EQ(state(), State::kProbe);
  }

  std::unique_ptr<NeighbourCache> cache_;
};

TEST_F(NeighbourCacheTest, ExpectsAnAnswerToTheFirstQuestionOnly) {
  EXPECT_FALSE(cache_->expects_first_answer());
  EXPECT_TRUE(enqueue().ok());
  EXPECT_TRUE(cache_->expects_first_answer());
  EXPECT_TRUE(fire());
  EXPECT_FALSE(cache_->expects_first_answer());
  hear(Evidence::kSolicitedReply);
  EXPECT_FALSE(cache_->expects_first_answer());
}

TEST_F(NeighbourCacheTest, UnknownNeighbourIsSolicitedAtOnce) {
  EXPECT_FALSE(mac());
  const auto ask = enqueue();
  ASSERT_TRUE(ask.ok() && ask.value());
  EXPECT_EQ(ask.value()->target, IpAddress(kPeer));
  EXPECT_FALSE(ask.value()->is_unicast);
  EXPECT_EQ(state(), State::kIncomplete);
}

TEST_F(NeighbourCacheTest, FurtherPacketsAreQueuedWithoutAskingAgain) {
  ASSERT_TRUE(enqueue(1).value());
  EXPECT_FALSE(enqueue(2).value());
  mem::PacketQueue released =
      cache_->on_message(ctx_, kIf, kPeer, kPeerMac, Evidence::kSolicitedReply);
  EXPECT_EQ(bytes_of(*memory_->pop(released)), Frame{1});
  EXPECT_EQ(bytes_of(*memory_->pop(released)), Frame{2});
  EXPECT_EQ(mac(), kPeerMac);
}

TEST_F(NeighbourCacheTest, FullQueueGivesUpItsOldestPacket) {
  for (uint8_t i = 0; i <= kConfig.neighbour_queue_packets; ++i) ASSERT_TRUE(enqueue(i).ok());
  EXPECT_EQ(drops(DropReason::kNeighbourQueueFull), 1u);
  mem::PacketQueue released =
      cache_->on_message(ctx_, kIf, kPeer, kPeerMac, Evidence::kSolicitedReply);
  EXPECT_EQ(released.count, kConfig.neighbour_queue_packets);
  EXPECT_EQ(bytes_of(*memory_->pop(released)), Frame{1});
  memory_->clear(released);
}

// RFC 4861 7.2.2.
TEST_F(NeighbourCacheTest, AsksThreeTimesASecondApartThenFailsAndReportsThePackets) {
  const Instant start = ctx_.now;
  ASSERT_TRUE(enqueue().ok());
  EXPECT_TRUE(fire());
  EXPECT_EQ(ctx_.now - start, Duration::s(1));
  EXPECT_TRUE(fire());
  EXPECT_EQ(ctx_.now - start, Duration::s(2));
  EXPECT_FALSE(fire());
  EXPECT_EQ(ctx_.now - start, Duration::s(3));
  EXPECT_EQ(state(), State::kFailed);
  EXPECT_TRUE(timers_->next_deadline().is_never());
  EXPECT_EQ(bytes_of(*cache_->take_unresolved(ctx_)), Frame{1});
  EXPECT_FALSE(cache_->take_unresolved(ctx_));
  expect_nothing_held();
}

TEST_F(NeighbourCacheTest, FailedNeighbourIsAskedAgainForTheNextPacket) {
  ASSERT_TRUE(enqueue().ok());
  while (fire()) {
  }
  cache_->take_unresolved(ctx_);
  ASSERT_EQ(state(), State::kFailed);
  EXPECT_TRUE(enqueue().value());
  EXPECT_EQ(state(), State::kIncomplete);
}

TEST_F(NeighbourCacheTest, FailureIsForgottenAfterAWhile) {
  ASSERT_TRUE(enqueue().ok());
  while (fire()) {
  }
  cache_->take_unresolved(ctx_);
  advance(Duration::ms(kConfig.neighbour_failed_ms) - Duration::us(1));
  EXPECT_EQ(state(), State::kFailed);
  advance(Duration::us(1));
  EXPECT_EQ(state(), State::kNone);
}

TEST_F(NeighbourCacheTest, ReachableBecomesStaleWithoutATimer) {
  make_reachable();
  EXPECT_TRUE(timers_->next_deadline().is_never()) << "an idle stack asks for no wake-up";
  advance(Duration::s(30) - Duration::us(1));
  EXPECT_EQ(state(), State::kReachable);
  advance(Duration::us(1));
  EXPECT_EQ(state(), State::kStale);
}

TEST_F(NeighbourCacheTest, StaleIsUsedAtOnceAndProbedFiveSecondsLater) {
  make_reachable();
  advance(Duration::s(31));
  const Instant used = ctx_.now;
  EXPECT_EQ(mac(), kPeerMac);
  EXPECT_EQ(state(), State::kDelay);
  const auto ask = fire();
  EXPECT_EQ(ctx_.now - used, Duration::s(5));
  EXPECT_EQ(state(), State::kProbe);
  ASSERT_TRUE(ask);
  EXPECT_TRUE(ask->is_unicast);
  EXPECT_EQ(ask->mac, kPeerMac);
}

TEST_F(NeighbourCacheTest, AnswerToAProbeMakesItReachableAndStopsTheTimer) {
  make_probe();
  EXPECT_EQ(mac(), kPeerMac) << "still used while it is probed";
  hear(Evidence::kSolicitedReply);
  EXPECT_EQ(state(), State::kReachable);
  EXPECT_TRUE(timers_->next_deadline().is_never());
}

TEST_F(NeighbourCacheTest, AnswerToAProbeMayChangeTheAddress) {
  make_probe();
  hear(Evidence::kSolicitedReply, kOtherMac);
  EXPECT_EQ(mac(), kOtherMac);
}

TEST_F(NeighbourCacheTest, ThreeUnansweredProbesEndInFailure) {
  make_probe();
  EXPECT_TRUE(fire());
  EXPECT_TRUE(fire());
  EXPECT_FALSE(fire());
  EXPECT_EQ(state(), State::kFailed);
  EXPECT_FALSE(mac());
}

TEST_F(NeighbourCacheTest, UnsolicitedMessageMakesNoEntry) {
  hear(Evidence::kUnsolicited);
  hear(Evidence::kSolicitedReply);
  EXPECT_EQ(state(), State::kNone);
  EXPECT_EQ(cache_->used(), 0u);
}

TEST_F(NeighbourCacheTest, UnsolicitedMessageDoesNotResolve) {
  ASSERT_TRUE(enqueue().ok());
  EXPECT_EQ(hear(Evidence::kUnsolicited), 0u);
  EXPECT_EQ(state(), State::kIncomplete);
}

TEST_F(NeighbourCacheTest, RequestMakesAStaleEntry) {
  hear(Evidence::kRequest);
  EXPECT_EQ(state(), State::kStale);
  EXPECT_EQ(mac(), kPeerMac);
}

TEST_F(NeighbourCacheTest, RequestReleasesWhatWaits) {
  ASSERT_TRUE(enqueue().ok());
  EXPECT_EQ(hear(Evidence::kRequest), 1u);
  EXPECT_EQ(state(), State::kStale);
  EXPECT_TRUE(timers_->next_deadline().is_never());
}

TEST_F(NeighbourCacheTest, RequestRevivesAFailedEntry) {
  ASSERT_TRUE(enqueue().ok());
  while (fire()) {
  }
  cache_->take_unresolved(ctx_);
  hear(Evidence::kRequest);
  EXPECT_EQ(state(), State::kStale);
}

class Contradiction : public NeighbourCacheTest, public testing::WithParamInterface<Evidence> {};

TEST_P(Contradiction, DoesNotOverwriteAReachableEntryButHasItVerified) {
  make_reachable();
  hear(GetParam(), kOtherMac);
  EXPECT_EQ(mac(), kPeerMac);
  EXPECT_EQ(state(), State::kProbe);
  EXPECT_EQ(timers_->next_deadline(), ctx_.now) << "verified at once";
  const auto ask = fire();
  ASSERT_TRUE(ask);
  EXPECT_EQ(ask->mac, kPeerMac);
  hear(Evidence::kSolicitedReply);
  EXPECT_EQ(state(), State::kReachable);
  EXPECT_EQ(mac(), kPeerMac);
}

INSTANTIATE_TEST_SUITE_P(OfEveryKind, Contradiction,
                         testing::Values(Evidence::kRequest, Evidence::kUnsolicited,
                                         Evidence::kSolicitedReply));

TEST_F(NeighbourCacheTest, ConfirmationThatNobodyAskedForChangesNothing) {
  make_reachable();
  advance(Duration::s(31));
  hear(Evidence::kSolicitedReply);
  EXPECT_EQ(state(), State::kStale);
}

TEST_F(NeighbourCacheTest, UnusedEntryIsForgotten) {
  make_reachable();
  advance(Duration::ms(kConfig.neighbour_stale_ms));
  EXPECT_EQ(state(), State::kNone);
  EXPECT_FALSE(mac());
  EXPECT_EQ(cache_->used(), 0u);
}

Ip4Address nth(size_t n) {
  return Ip4Address::from(10, 10, static_cast<uint8_t>(20 + n / 256), static_cast<uint8_t>(n));
}

TEST_F(NeighbourCacheTest, FullTableEvictsTheLeastRecentlyUsed) {
  for (size_t i = 0; i < kKnownMax; ++i) hear(Evidence::kRequest, kPeerMac, nth(i));
  ASSERT_TRUE(cache_->lookup(ctx_, kIf, nth(0)));  // so that nth(1) is the oldest
  hear(Evidence::kRequest);
  EXPECT_EQ(state(), State::kStale);
  EXPECT_EQ(state(nth(1)), State::kNone);
  EXPECT_NE(state(nth(0)), State::kNone);
  EXPECT_EQ(cache_->used(), kKnownMax);
}

// RFC 6583: what neighbours that do not answer may take.
class ScanOfNobody : public NeighbourCacheTest {
 protected:
  // Asks for as many addresses as may be asked for at a time.
  void fill() {
    for (size_t i = 0; i < kConfig.neighbours_unresolved; ++i) ASSERT_TRUE(enqueue(1, nth(i)).ok());
  }
};

TEST_F(ScanOfNobody, EndsWhileThoseThatWereAskedMayStillAnswer) {
  fill();
  advance(Duration::ms(kConfig.neighbour_answer_ms) - Duration::us(1));
  EXPECT_EQ(enqueue().error(), Error::kNoBuffers);
  EXPECT_EQ(drops(DropReason::kNeighbourTableFull), 1u);
  EXPECT_EQ(state(nth(0)), State::kIncomplete);
}

TEST_F(ScanOfNobody, GivesTheRoomOfWhoWasAskedLongestAgoToTheNext) {
  fill();
  advance(Duration::ms(kConfig.neighbour_answer_ms));
  EXPECT_TRUE(enqueue().value());
  EXPECT_EQ(state(), State::kIncomplete);
  EXPECT_EQ(state(nth(0)), State::kNone);
  EXPECT_EQ(state(nth(1)), State::kIncomplete);
  EXPECT_EQ(drops(DropReason::kNeighbourTableFull), 1u) << "the packet that waited";
}

TEST_F(ScanOfNobody, GivesTheRoomOfAFailedOneFirst) {
  ASSERT_TRUE(enqueue().ok());
  while (fire()) {
  }
  cache_->take_unresolved(ctx_);
  for (size_t i = 1; i < kConfig.neighbours_unresolved; ++i) ASSERT_TRUE(enqueue(1, nth(i)).ok());
  EXPECT_EQ(state(), State::kFailed);
  ASSERT_TRUE(enqueue(1, nth(0)).ok());
  EXPECT_EQ(state(), State::kNone);
}

TEST_F(ScanOfNobody, NeverEvictsAKnownNeighbour) {
  for (size_t i = 0; i < kKnownMax; ++i) hear(Evidence::kRequest, kPeerMac, nth(i));
  for (size_t i = 0; i < 10'000; ++i) {
    advance(Duration::ms(1));
    (void)enqueue(1, nth(kKnownMax + i));
  }
  for (size_t i = 0; i < kKnownMax; ++i) ASSERT_EQ(state(nth(i)), State::kStale) << i;
  EXPECT_EQ(cache_->used(), kConfig.neighbours);
}

TEST_F(ScanOfNobody, LeavesNeighboursThatAnswerTheirShare) {
  fill();
  advance(Duration::ms(kConfig.neighbour_answer_ms));
  ASSERT_TRUE(enqueue().ok());
  for (size_t i = 0; i < kConfig.neighbours; ++i) (void)enqueue(1, nth(1'000 + i));
  EXPECT_EQ(hear(Evidence::kSolicitedReply), 1u);
  EXPECT_EQ(state(), State::kReachable);
}

TEST_F(ScanOfNobody, AKnownNeighbourThatFailsTakesNoMoreRoomThanTheOthers) {
  make_probe();
  fire();
  fire();
  fill();
  while (state() == State::kProbe) fire();
  EXPECT_EQ(state(), State::kFailed);
  EXPECT_EQ(state(nth(0)), State::kNone);
  EXPECT_EQ(cache_->used(), kConfig.neighbours_unresolved);
}

TEST_F(NeighbourCacheTest, FlushForgetsOneInterfaceAndItsPackets) {
  ASSERT_TRUE(enqueue().ok());
  ASSERT_TRUE(cache_->enqueue(ctx_, InterfaceId{3}, kPeer, packet_of({9})).ok());
  cache_->flush(ctx_, kIf);
  EXPECT_EQ(state(), State::kNone);
  EXPECT_EQ(drops(DropReason::kNeighbourFlushed), 1u);
  EXPECT_EQ(cache_->state(InterfaceId{3}, kPeer, ctx_.now), State::kIncomplete);
  EXPECT_EQ(memory_->packets_used(), 1u);
  cache_->flush(ctx_, InterfaceId{3});
  EXPECT_TRUE(timers_->next_deadline().is_never());
  expect_nothing_held();
}

TEST_F(NeighbourCacheTest, WhatAHigherLayerConfirmsIsNotProbed) {  // RFC 4861 7.3.1
  make_reachable();
  advance(Duration::s(29));
  cache_->confirm(ctx_, kIf, kPeer);
  advance(Duration::s(29));
  EXPECT_TRUE(mac());
  EXPECT_EQ(state(), State::kReachable);
  EXPECT_TRUE(timers_->next_deadline().is_never());
}

TEST_F(NeighbourCacheTest, AConfirmationEndsAProbe) {
  make_probe();
  cache_->confirm(ctx_, kIf, kPeer);
  EXPECT_EQ(state(), State::kReachable);
  EXPECT_TRUE(timers_->next_deadline().is_never());
}

TEST_F(NeighbourCacheTest, AConfirmationOfWhatIsUnknownIsNothing) {
  cache_->confirm(ctx_, kIf, kPeer);
  EXPECT_EQ(state(), State::kNone);
  EXPECT_TRUE(enqueue().ok());
  cache_->confirm(ctx_, kIf, kPeer);
  EXPECT_EQ(state(), State::kIncomplete);
}

// RFC 7048 3: neighbours by IPv6.
class UnreachableNeighbour : public NeighbourCacheTest {
 protected:
  UnreachableNeighbour() {
    hear_nd(true);
    advance(Duration::s(31));
    EXPECT_TRUE(use());
    for (int i = 0; i < 3; ++i) {
      EXPECT_TRUE(fire());
      EXPECT_TRUE(use()) << "the question itself";
    }
  }
  std::optional<MacAddress> use() { return cache_->lookup(ctx_, kIf, kNeighbour); }
  void hear_nd(bool is_new) {
    if (is_new) {
      EXPECT_TRUE(enqueue(1, kNeighbour).ok());
    }
    mem::PacketQueue released =
        cache_->on_advertisement(ctx_, kIf, kNeighbour, {kPeerMac, false, true, true}).released;
    memory_->clear(released);
    EXPECT_EQ(state(kNeighbour), State::kReachable);
  }

  const IpAddress kNeighbour{Ip6Address::from(0xfe80, 0, 0, 0, 0, 0, 0, 1), kIf};
};

TEST_F(UnreachableNeighbour, IsSentToAndAskedInItsGroupWhileItIsUsed) {
  EXPECT_TRUE(use());
  const auto ask = fire();
  ASSERT_TRUE(ask);
  EXPECT_FALSE(ask->is_unicast);
  EXPECT_EQ(state(kNeighbour), State::kUnreachable);
  EXPECT_EQ(use(), kPeerMac);
  EXPECT_TRUE(cache_->unanswering(0));
}

TEST_F(UnreachableNeighbour, IsAskedEverMoreRarelyUpToAMinute) {
  int64_t expected_s[] = {3, 9, 27, 60, 60};
  EXPECT_TRUE(use());
  ASSERT_TRUE(fire());
  for (const int64_t span_s : expected_s) {
    const Instant asked = ctx_.now;
    EXPECT_TRUE(use());
    ASSERT_TRUE(fire());
    EXPECT_EQ(ctx_.now - asked, Duration::s(span_s));
  }
}

TEST_F(UnreachableNeighbour, IsGivenUpWhenNobodySendsToIt) {  // RFC 4861 7.3.3
  EXPECT_FALSE(fire());
  EXPECT_EQ(state(kNeighbour), State::kFailed);
}

TEST_F(UnreachableNeighbour, IsGivenUpWhenNobodySendsToItAnyMore) {
  EXPECT_TRUE(use());
  ASSERT_TRUE(fire());
  EXPECT_FALSE(fire());
  EXPECT_EQ(state(kNeighbour), State::kFailed);
}

TEST_F(UnreachableNeighbour, AnswerMakesItReachable) {
  EXPECT_TRUE(use());
  ASSERT_TRUE(fire());
  hear_nd(false);
  EXPECT_FALSE(cache_->unanswering(0));
}

TEST_F(UnreachableNeighbour, ShowsThatItIsBackByAMessageOfItsOwn) {
  EXPECT_TRUE(use());
  ASSERT_TRUE(fire());
  cache_->on_link_layer_option(ctx_, kIf, kNeighbour, kPeerMac);
  EXPECT_EQ(state(kNeighbour), State::kStale);
}

TEST_F(NeighbourCacheTest, OneGivenByHandIsKnownForEver) {
  const auto released = cache_->set(ctx_, kIf, kPeer, kPeerMac, State::kPermanent);
  ASSERT_TRUE(released.ok());
  advance(Duration::s(100'000));
  EXPECT_EQ(state(), State::kPermanent);
  EXPECT_EQ(mac(), kPeerMac);
  EXPECT_TRUE(timers_->next_deadline().is_never());
}

TEST_F(NeighbourCacheTest, NoMessageChangesOneGivenByHand) {
  ASSERT_TRUE(cache_->set(ctx_, kIf, kPeer, kPeerMac, State::kPermanent).ok());
  const MacAddress other{{2, 9, 9, 9, 9, 9}};
  hear(Evidence::kRequest, other);
  hear(Evidence::kSolicitedReply, other);
  cache_->on_advertisement(ctx_, kIf, kPeer,
                           {.mac = other, .is_solicited = true, .has_override = true});
  cache_->on_link_layer_option(ctx_, kIf, kPeer, other);
  cache_->confirm(ctx_, kIf, kPeer);
  EXPECT_EQ(mac(), kPeerMac);
  EXPECT_EQ(state(), State::kPermanent);
}

TEST_F(NeighbourCacheTest, WhatWaitedForOneGivenByHandIsReleased) {
  ASSERT_TRUE(enqueue().ok());
  auto released = cache_->set(ctx_, kIf, kPeer, kPeerMac, State::kPermanent);
  ASSERT_TRUE(released.ok());
  EXPECT_EQ(released->count, 1u);
  memory_->clear(*released);
  EXPECT_TRUE(timers_->next_deadline().is_never());
}

TEST_F(NeighbourCacheTest, ThoseGivenByHandAreHalfOfThoseKnownAtMostAndDoNotGiveWay) {
  const auto address = [](size_t i) {
    return Ip4Address{Ip4Address::from(10, 20, 0, 0).value + static_cast<uint32_t>(i)};
  };
  for (size_t i = 0; i < kKnownMax / 2; ++i) {
    ASSERT_TRUE(cache_->set(ctx_, kIf, address(i), kPeerMac, State::kPermanent).ok());
  }
  EXPECT_EQ(cache_->set(ctx_, kIf, kPeer, kPeerMac, State::kPermanent).error(), Error::kNoBuffers);
  for (size_t i = 0; i < 2 * kKnownMax; ++i) {
    ASSERT_TRUE(cache_->set(ctx_, kIf, address(1000 + i), kPeerMac, State::kStale).ok());
  }
  for (size_t i = 0; i < kKnownMax / 2; ++i) {
    EXPECT_EQ(state(address(i)), State::kPermanent);
  }
}

TEST_F(NeighbourCacheTest, OneIsForgotten) {
  make_reachable();
  EXPECT_TRUE(cache_->forget(ctx_, kIf, kPeer).ok());
  EXPECT_EQ(state(), State::kNone);
  EXPECT_EQ(cache_->forget(ctx_, kIf, kPeer).error(), Error::kNoEntry);
}

TEST_F(NeighbourCacheTest, TheyAreListedAsTheyAreNow) {
  const Ip4Address kElsewhere = Ip4Address::from(10, 10, 10, 77);
  ASSERT_TRUE(enqueue(1, kElsewhere).ok());
  make_reachable();
  advance(Duration::ms(kConfig.neighbour_reachable_ms));
  mem::Index n = 0;
  NeighbourInfo info;
  ASSERT_TRUE(cache_->next(n, ctx_.now, info));
  EXPECT_EQ(info.address, IpAddress(kElsewhere));
  EXPECT_EQ(info.state, State::kIncomplete);
  EXPECT_EQ(info.mac, MacAddress{});
  ASSERT_TRUE(cache_->next(n, ctx_.now, info));
  EXPECT_EQ(info.address, IpAddress(kPeer));
  EXPECT_EQ(info.state, State::kStale) << "it has aged, though nobody looked";
  EXPECT_EQ(info.mac, kPeerMac);
  EXPECT_FALSE(cache_->next(n, ctx_.now, info));
}

}  // namespace
}  // namespace tapstack::link
