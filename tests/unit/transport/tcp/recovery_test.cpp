#include "transport/tcp/recovery.h"

#include <gtest/gtest.h>

#include <vector>

namespace tapstack::transport::tcp {
namespace {

const Outstanding kFlight{SeqNumber(1000), SeqNumber(11'000), 1000, true};

SackScoreboard board(const std::vector<SeqRange>& blocks) {
  SackScoreboard s;
  s.on_blocks(blocks, kFlight.una, kFlight.nxt);
  return s;
}
SeqRange range(uint32_t b, uint32_t e) { return {SeqNumber(b), SeqNumber(e)}; }

TEST(Recovery, PipeIsTheFlightWhenNothingIsLost) {
  EXPECT_EQ(Recovery().pipe(kFlight, {}, kFlight.una, 0), 10'000u);
}

TEST(Recovery, PipeLeavesOutWhatIsSackedOrLost) {  // RFC 6675 SetPipe()
  Recovery r;
  r.enter_fast(kFlight);
  EXPECT_EQ(r.pipe(kFlight, board({range(3000, 7000)}), SeqNumber(3000), 0), 4000u);
}

TEST(Recovery, PipeCountsWhatWasSentAgain) {
  Recovery r;
  r.enter_fast(kFlight);
  r.on_retransmitted(range(1000, 2000));
  EXPECT_EQ(r.pipe(kFlight, board({range(3000, 7000)}), SeqNumber(3000), 0), 5000u);
}

TEST(Recovery, LostHolesAreSentOnceFromLowToHigh) {  // NextSeg() rule (1)
  Recovery r;
  r.enter_fast(kFlight);
  const SackScoreboard s = board({range(2000, 3000), range(4000, 9000)});
  EXPECT_EQ(r.next_lost(kFlight, s, SeqNumber(4000)), range(1000, 2000));
  r.on_retransmitted(range(1000, 2000));
  EXPECT_EQ(r.next_lost(kFlight, s, SeqNumber(4000)), range(3000, 4000));
  r.on_retransmitted(range(3000, 4000));
  EXPECT_TRUE(r.next_lost(kFlight, s, SeqNumber(4000)).is_empty());
}

TEST(Recovery, RescuesTheTailOnce) {  // NextSeg() rule (4)
  Recovery r;
  r.enter_fast(kFlight);
  r.on_retransmitted(range(1000, 2000));
  const SackScoreboard s = board({range(2000, 9000)});
  const auto again = r.next_speculative(kFlight, s);
  EXPECT_TRUE(again.is_rescue);
  EXPECT_EQ(again.range, range(10'000, 11'000));
  r.on_rescued();
  EXPECT_TRUE(r.next_speculative(kFlight, s).range.is_empty());
}

TEST(Recovery, EndsAtTheRecoveryPoint) {
  Recovery r;
  r.enter_fast(kFlight);
  Outstanding o = kFlight;
  o.una = SeqNumber(10'999);
  EXPECT_FALSE(r.on_progress(o));
  o.una = SeqNumber(11'000);
  EXPECT_TRUE(r.on_progress(o));
  EXPECT_TRUE(r.is_open());
}

TEST(Recovery, WithoutSackDuplicatesOfATimeoutStartNothing) {  // RFC 6582 4.1
  Recovery r;
  Outstanding o = kFlight;
  o.sack = false;
  r.enter_loss(o);
  o.una = SeqNumber(11'000);
  o.nxt = SeqNumber(12'000);
  r.on_progress(o);
  EXPECT_FALSE(r.may_enter(o));
  o.una = SeqNumber(11'500);
  EXPECT_TRUE(r.may_enter(o));
}

}  // namespace
}  // namespace tapstack::transport::tcp
