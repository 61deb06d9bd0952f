#include "transport/tcp/bbr_model.h"

#include <gtest/gtest.h>

#include "tests/unit/support/instants.h"

namespace tapstack::transport::tcp {
namespace {

using test::at_ms;

struct Model : testing::Test {
  Model() { m.start(at_ms(0)); }

  // `bytes` were delivered in `ms` since a transmission that left when `prior` had been.
  void deliver(uint64_t prior, uint64_t bytes, int64_t ms = 100, bool is_app_limited = false) {
    RateSample rs;
    rs.has_delivered = true;
    rs.prior_delivered_bytes = prior;
    rs.delivered_bytes = bytes;
    rs.interval = Duration::ms(ms);
    rs.is_app_limited = is_app_limited;
    m.begin_ack(rs);
  }
  BbrModel m;
};

TEST_F(Model, ARoundEndsWithTheAckOfWhatLeftInIt) {
  deliver(0, 10'000);
  EXPECT_TRUE(m.is_round_start());
  deliver(5'000, 10'000);  // left before the round began at 10'000
  EXPECT_FALSE(m.is_round_start());
  deliver(10'000, 10'000);
  EXPECT_TRUE(m.is_round_start());
  EXPECT_EQ(m.round_count(), 2u);
}

TEST_F(Model, TheBandwidthIsTheBestOfThisCycleAndTheLast) {
  deliver(0, 100'000);
  deliver(100'000, 50'000);
  m.end_ack();
  EXPECT_EQ(m.bw_bytes_per_s(), 1'000'000u);
  m.advance_cycle();
  deliver(200'000, 50'000);
  m.advance_cycle();
  deliver(300'000, 50'000);
  m.end_ack();
  EXPECT_EQ(m.bw_bytes_per_s(), 500'000u);
}

TEST_F(Model, ASampleLimitedByTheProgramCountsOnlyWhenItIsHigher) {
  deliver(0, 100'000);
  m.advance_cycle();
  m.advance_cycle();
  deliver(100'000, 50'000, 100, true);
  EXPECT_EQ(m.max_bw_bytes_per_s(), 1'000'000u);
  deliver(150'000, 200'000, 100, true);
  EXPECT_EQ(m.max_bw_bytes_per_s(), 2'000'000u);
}

TEST_F(Model, ARoundWithLossLowersTheBoundsToNoLessThanWhatWasDelivered) {
  deliver(0, 100'000);
  m.end_ack();
  m.note_loss();
  deliver(100'000, 80'000);
  m.adapt_short_term(false, 150'000);
  EXPECT_EQ(m.bw_shortterm(), 1'000'000u);      // of this round, the best sample of which it was
  EXPECT_EQ(m.inflight_shortterm(), 105'000u);  // 0.7 of the window
}

TEST_F(Model, WhileProbingLossLeavesTheShortTermBoundsAlone) {
  deliver(0, 100'000);
  m.note_loss();
  deliver(100'000, 80'000);
  m.adapt_short_term(true, 150'000);
  EXPECT_EQ(m.bw_shortterm(), BbrModel::kNoRateBound);
  EXPECT_EQ(m.inflight_shortterm(), BbrModel::kNoBound);
}

TEST_F(Model, TheBandwidthDelayProductIsRateTimesLeastRoundTrip) {
  EXPECT_EQ(m.bdp_bytes(1'000'000, 100), BbrModel::kNoBound);
  m.update_min_rtt(at_ms(1), Duration::ms(100));
  EXPECT_EQ(m.bdp_bytes(1'000'000, 100), 100'000u);
  EXPECT_EQ(m.bdp_bytes(1'000'000, 225), 225'000u);
  EXPECT_EQ(m.bdp_bytes(999, 100), 99u);
}

TEST_F(Model, AckedBeyondTheExpectedIsAggregation) {  // 5.5.9
  m.update_min_rtt(at_ms(1), Duration::ms(100));
  deliver(0, 100'000);
  m.end_ack();  // 1 MB/s
  m.update_aggregation(at_ms(200), 10'000, 500'000, 10);
  EXPECT_EQ(m.extra_acked_bytes(), 10'000u);
  m.update_aggregation(at_ms(205), 30'000, 500'000, 10);  // 40'000 came, 5'000 were expected
  EXPECT_EQ(m.extra_acked_bytes(), 35'000u);
}

TEST_F(Model, AggregationIsBoundedByTheWindow) {
  m.update_aggregation(at_ms(0), 90'000, 20'000, 10);
  EXPECT_EQ(m.extra_acked_bytes(), 20'000u);
}

}  // namespace
}  // namespace tapstack::transport::tcp
