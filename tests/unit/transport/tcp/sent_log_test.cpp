#include "transport/tcp/sent_log.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "tests/unit/support/instants.h"

namespace tapstack::transport::tcp {
namespace {

constexpr uint32_t kSegment = 1000;

using test::at_ms;
SeqRange range(uint32_t b, uint32_t e) { return {SeqNumber(b), SeqNumber(e)}; }

class SentLogTest : public ::testing::Test {
 protected:
  ~SentLogTest() override {
    log.clear(*pool);
    EXPECT_EQ(pool->used(), 0u) << "records leak";
  }
  static Transmission transmission(uint32_t b, uint32_t e, int64_t ms) {
    Transmission t;
    t.range = range(b, e);
    t.at = at_ms(ms);
    t.segment_bytes = kSegment;
    return t;
  }
  // Ten segments from 0, sent a millisecond apart.
  void send_ten() {
    for (uint32_t i = 0; i < 10; ++i) {
      log.on_sent(*pool, transmission(i * kSegment, i * kSegment + kSegment, i));
    }
  }
  Delivered sack(uint32_t b, uint32_t e, uint32_t recovery_point = 0) {
    Delivered d = log.begin_ack();
    log.on_sacked(*pool, range(b, e), SeqNumber(recovery_point), d);
    return d;
  }
  Delivered ack(uint32_t una, uint32_t recovery_point = 0) {
    Delivered d = log.begin_ack();
    log.on_acked(*pool, SeqNumber(una), SeqNumber(recovery_point), d);
    return d;
  }
  void lose(uint32_t b) {
    for (mem::Index i = log.oldest_in_flight(); i != mem::kNoIndex;
         i = SentLog::next_in_flight(*pool, i)) {
      if (pool->at(i).range.begin != SeqNumber(b)) continue;
      log.mark_lost(*pool, i);
      return;
    }
    ADD_FAILURE() << b << " is not in flight";
  }
  // What next_lost() answers until nothing is left, each sent again at `ms`.
  std::vector<SeqRange> resend_all(int64_t ms) {
    std::vector<SeqRange> out;
    for (SeqRange r = log.next_lost(*pool); !r.is_empty(); r = log.next_lost(*pool)) {
      if (r.length() > kSegment) r.end = r.begin + kSegment;
      out.push_back(r);
      log.on_resent(*pool, transmission(r.begin.value(), r.end.value(), ms));
    }
    return out;
  }

  std::unique_ptr<SentPool> pool = std::make_unique<SentPool>();
  SentLog log;
};

TEST_F(SentLogTest, WhatWasSentIsInThePipeUntilItIsAcknowledged) {
  send_ten();
  EXPECT_EQ(log.pipe_bytes(), 10 * kSegment);
  EXPECT_EQ(log.outstanding_segments(), 10u);
  const Delivered d = ack(3 * kSegment);
  EXPECT_EQ(d.acked_bytes, 3 * kSegment);
  EXPECT_EQ(d.delivered_bytes, 3 * kSegment);
  EXPECT_EQ(d.oldest_acked_at, at_ms(0));
  EXPECT_EQ(d.newest_original.sent.at, at_ms(2));
  EXPECT_EQ(log.pipe_bytes(), 7 * kSegment);
  EXPECT_EQ(log.records(), 7u);
}

TEST_F(SentLogTest, AnAckWithinASegmentCutsIt) {
  send_ten();
  EXPECT_EQ(ack(1500).acked_bytes, 1500u);
  EXPECT_EQ(log.pipe_bytes(), 8500u);
  EXPECT_EQ(log.front(*pool).range.begin, SeqNumber(1500));
  EXPECT_EQ(log.outstanding_segments(), 9u);
}

TEST_F(SentLogTest, SackedTextLeavesThePipeAndIsCountedOnce) {
  send_ten();
  EXPECT_EQ(sack(4000, 6000).sacked_bytes, 2 * kSegment);
  EXPECT_EQ(sack(4000, 7000).sacked_bytes, kSegment) << "a grown block";
  EXPECT_EQ(log.pipe_bytes(), 7 * kSegment);
  EXPECT_EQ(log.sacked_segments(), 3u);
  EXPECT_EQ(log.highest_sacked_end(SeqNumber(0)), SeqNumber(7000));
  EXPECT_EQ(ack(10'000).delivered_bytes, 7 * kSegment);
}

TEST_F(SentLogTest, NeighboursThatAreSackedTakeOneRecord) {
  send_ten();
  sack(2000, 3000);
  sack(4000, 5000);
  EXPECT_EQ(log.records(), 10u);
  sack(3000, 4000);
  EXPECT_EQ(log.records(), 8u);
}

TEST_F(SentLogTest, ASackOfPartOfASegmentSplitsIt) {
  send_ten();
  EXPECT_EQ(sack(2300, 2600).sacked_bytes, 300u);
  EXPECT_EQ(log.records(), 12u);
  EXPECT_EQ(log.pipe_bytes(), 9700u);
}

TEST_F(SentLogTest, ASuperframeIsOneRecordOfManySegments) {
  log.on_sent(*pool, transmission(0, 64'000, 5));
  EXPECT_EQ(log.records(), 1u);
  EXPECT_EQ(log.outstanding_segments(), 64u);
  sack(10'000, 20'000);
  EXPECT_EQ(log.records(), 3u);
  EXPECT_EQ(log.sacked_segments(), 10u);
}

TEST_F(SentLogTest, LostTextGoesAgainLowestFirst) {
  send_ten();
  sack(8000, 9000);
  lose(5000);
  lose(2000);
  EXPECT_EQ(log.lost_bytes(), 2 * kSegment);
  EXPECT_EQ(log.pipe_bytes(), 7 * kSegment);
  const auto again = resend_all(50);
  ASSERT_EQ(again.size(), 2u);
  EXPECT_EQ(again[0].begin, SeqNumber(2000));
  EXPECT_EQ(again[1].begin, SeqNumber(5000));
  EXPECT_EQ(log.pipe_bytes(), 9 * kSegment);
  EXPECT_EQ(log.again_bytes(), 2 * kSegment);
}

TEST_F(SentLogTest, ARetransmissionMayBeLostToo) {
  send_ten();
  lose(2000);
  resend_all(50);
  lose(2000);
  EXPECT_EQ(log.pipe_bytes(), 9 * kSegment);
  EXPECT_EQ(resend_all(90).size(), 1u);
}

TEST_F(SentLogTest, InFlightAreTheOldestTransmissionsFirst) {
  send_ten();
  lose(0);
  EXPECT_EQ(pool->at(log.oldest_in_flight()).range.begin, SeqNumber(1000));
  resend_all(50);
  mem::Index last = log.oldest_in_flight();
  while (SentLog::next_in_flight(*pool, last) != mem::kNoIndex) {
    last = SentLog::next_in_flight(*pool, last);
  }
  EXPECT_EQ(pool->at(last).range.begin, SeqNumber(0));
}

TEST_F(SentLogTest, AnAckOfARetransmissionIsNoRoundTrip) {  // Karn, RFC 6298 3
  send_ten();
  lose(0);
  resend_all(50);
  const Delivered d = ack(1000);
  EXPECT_TRUE(d.has_resent_acked);
  EXPECT_TRUE(d.oldest_acked_at.is_never());
  EXPECT_FALSE(d.newest_original.is_known);
  EXPECT_EQ(d.newest_resent.sent.at, at_ms(50));
}

TEST_F(SentLogTest, DeliveryBelowSomethingSackedIsReordering) {
  send_ten();
  sack(5000, 6000);
  EXPECT_GT(sack(3000, 4000).reordered_bytes, 0u);
  EXPECT_EQ(sack(7000, 8000).reordered_bytes, 0u);
}

TEST_F(SentLogTest, ARetransmissionThatArrivesIsNoReordering) {
  send_ten();
  sack(5000, 6000);
  lose(3000);
  resend_all(50);
  EXPECT_EQ(sack(3000, 4000).reordered_bytes, 0u);
}

TEST_F(SentLogTest, OriginalsFromBeforeTheRecoveryAreToldApart) {
  send_ten();
  EXPECT_TRUE(sack(3000, 4000, 5000).has_original);
  EXPECT_FALSE(sack(7000, 8000, 5000).has_original);
}

TEST_F(SentLogTest, WhatIsLostTogetherGoesTogether) {
  send_ten();
  log.mark_all_lost(*pool);
  EXPECT_EQ(log.pipe_bytes(), 0u);
  EXPECT_EQ(log.next_lost(*pool).length(), 10 * kSegment);
  EXPECT_EQ(resend_all(500).size(), 10u);
}

TEST_F(SentLogTest, SackedTextIsNeverLost) {
  send_ten();
  sack(2000, 4000);
  log.mark_all_lost(*pool);
  EXPECT_EQ(log.lost_bytes(), 8 * kSegment);
  EXPECT_EQ(log.next_lost(*pool).length(), 2 * kSegment);
}

TEST_F(SentLogTest, UnmarkingPutsTheOriginalsBackIntoThePipe) {
  send_ten();
  log.mark_all_lost(*pool);
  log.unmark_lost(*pool);
  EXPECT_EQ(log.pipe_bytes(), 10 * kSegment);
  EXPECT_TRUE(log.next_lost(*pool).is_empty());
  EXPECT_NE(log.oldest_in_flight(), mem::kNoIndex);
}

TEST_F(SentLogTest, WhatWasReportedCanBeForgotten) {  // RFC 2018 8
  send_ten();
  sack(0, 2000);
  EXPECT_TRUE(log.is_front_sacked(*pool));
  log.forget_sacked(*pool);
  EXPECT_FALSE(log.has_sacked());
  EXPECT_EQ(log.pipe_bytes(), 10 * kSegment);
  log.mark_all_lost(*pool);
  EXPECT_EQ(log.lost_bytes(), 10 * kSegment);
}

TEST_F(SentLogTest, AWindowProbeOfSackedTextChangesNothing) {
  send_ten();
  sack(0, 2000);
  log.on_resent(*pool, transmission(0, 1, 50));
  EXPECT_EQ(log.again_bytes(), 0u);
  log.forget_sacked(*pool);
  log.mark_all_lost(*pool);
  EXPECT_EQ(log.oldest_in_flight(), mem::kNoIndex);
}

TEST_F(SentLogTest, TheLastSegmentIsAtTheEndOfTheLastRecord) {
  log.on_sent(*pool, transmission(0, 3500, 0));
  EXPECT_EQ(log.last(*pool, kSegment).begin, SeqNumber(2500));
  EXPECT_EQ(log.last(*pool, kSegment).end, SeqNumber(3500));
}

TEST_F(SentLogTest, WithoutAFreeRecordTheLastOneGrows) {
  std::vector<SentPool::Id> taken;
  log.on_sent(*pool, transmission(0, 1000, 0));
  while (pool->used() < SentPool::capacity()) taken.push_back(pool->allocate());
  ASSERT_TRUE(log.has_room(*pool));
  log.on_sent(*pool, transmission(1000, 2000, 7));
  EXPECT_EQ(log.records(), 1u);
  EXPECT_EQ(log.pipe_bytes(), 2 * kSegment);
  EXPECT_EQ(log.front(*pool).sent.at, at_ms(7));
  EXPECT_EQ(sack(1000, 2000).sacked_bytes, 0u) << "no record for the part: not taken in";
  EXPECT_EQ(ack(2000).acked_bytes, 2 * kSegment);
  for (const auto id : taken) pool->release(id);
}

}  // namespace
}  // namespace tapstack::transport::tcp
