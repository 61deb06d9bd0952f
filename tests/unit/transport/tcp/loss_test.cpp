#include "transport/tcp/loss.h"

#include <gtest/gtest.h>

namespace tapstack::transport::tcp {
namespace {

Outstanding flight(bool sack) { return {SeqNumber(1000), SeqNumber(11'000), 1000, sack}; }

TEST(Loss, ThreeDuplicateAcksLoseTheFirstSegment) {  // RFC 5681 3.2
  Loss l;
  const SackScoreboard none;
  l.on_duplicate_ack();
  l.on_duplicate_ack();
  EXPECT_EQ(l.lost_before(flight(false), none, false), SeqNumber(1000));
  l.on_duplicate_ack();
  EXPECT_EQ(l.lost_before(flight(false), none, false), SeqNumber(2000));
}

TEST(Loss, APartialAckShowsTheNextLoss) {  // RFC 6582 3.2 step 3
  Loss l;
  Outstanding o = flight(false);
  o.una = SeqNumber(4000);
  EXPECT_EQ(l.lost_before(o, {}, true), SeqNumber(5000));
}

TEST(Loss, DuplicatesCountAsArrivedWithoutSack) {
  Loss l;
  for (int i = 0; i < 4; ++i) l.on_duplicate_ack();
  EXPECT_EQ(l.assumed_received_bytes(flight(false)), 4000u);
  EXPECT_EQ(l.assumed_received_bytes(flight(true)), 0u);
}

TEST(Loss, TheLostSegmentItselfNeverCountsAsArrived) {
  Loss l;
  for (int i = 0; i < 40; ++i) l.on_duplicate_ack();
  EXPECT_EQ(l.assumed_received_bytes(flight(false)), 9000u);
}

TEST(Loss, AllIsLostUntilItIsAcknowledged) {
  Loss l;
  l.on_all_lost(SeqNumber(11'000));
  EXPECT_EQ(l.lost_before(flight(true), {}, false), SeqNumber(11'000));
  Outstanding o = flight(true);
  o.una = SeqNumber(11'000);
  o.nxt = SeqNumber(12'000);
  l.on_progress(o, 10'000);
  EXPECT_EQ(l.lost_before(o, {}, false), SeqNumber(11'000));
}

}  // namespace
}  // namespace tapstack::transport::tcp
