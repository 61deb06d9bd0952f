#include "transport/tcp/send_marks.h"

#include <gtest/gtest.h>

#include <memory>

namespace tapstack::transport::tcp {
namespace {

constexpr Instant kMoment = Instant::from_us(1'000'000);
constexpr SeqNumber seq(uint32_t n) { return SeqNumber(n); }

class SendMarksTest : public ::testing::Test {
 protected:
  std::unique_ptr<SendMarkPool> pool = std::make_unique<SendMarkPool>();
  SendMarks marks;
};

TEST_F(SendMarksTest, TextWithoutRecordsHasNoEndInIt) {
  EXPECT_FALSE(marks.record_end_after(*pool, seq(1)));
  EXPECT_EQ(marks.record_begin_before(*pool, seq(500), seq(100)), seq(100));
}

TEST_F(SendMarksTest, TheNearestEndBehindAPlaceIsFound) {
  marks.add_record_end(*pool, seq(100));
  marks.add_record_end(*pool, seq(200));
  EXPECT_EQ(marks.record_end_after(*pool, seq(1)), seq(100));
  EXPECT_EQ(marks.record_end_after(*pool, seq(100)), seq(200));  // the next record
  EXPECT_FALSE(marks.record_end_after(*pool, seq(200)));
}

TEST_F(SendMarksTest, TheLastRecordBeginsWhereTheOneBeforeEnds) {
  marks.add_record_end(*pool, seq(100));
  marks.add_record_end(*pool, seq(200));
  EXPECT_EQ(marks.record_begin_before(*pool, seq(200), seq(50)), seq(100));
  EXPECT_EQ(marks.record_begin_before(*pool, seq(200), seq(150)), seq(150));
}

TEST_F(SendMarksTest, OnePlaceTakesOneMark) {
  marks.add_record_end(*pool, seq(100));
  marks.add_record_end(*pool, seq(100));
  EXPECT_EQ(pool->used(), 1u);
}

TEST_F(SendMarksTest, WhatIsAcknowledgedIsGivenBack) {
  marks.add_record_end(*pool, seq(100));
  marks.add_record_end(*pool, seq(200));
  marks.on_acked(*pool, seq(199), kMoment);
  EXPECT_EQ(pool->used(), 1u);
  marks.on_acked(*pool, seq(200), kMoment);
  EXPECT_TRUE(marks.is_empty());
  EXPECT_EQ(pool->used(), 0u);
}

TEST_F(SendMarksTest, SendingIsToldOfTheMarkedOctetOnceItGoes) {
  marks.add_reports(*pool, seq(201), SendReport::kScheduled | SendReport::kSent);
  EXPECT_FALSE(marks.on_sent(*pool, {seq(101), seq(200)}, kMoment));
  EXPECT_TRUE(marks.on_sent(*pool, {seq(200), seq(300)}, kMoment));
  const auto first = marks.take_report(*pool, seq(101));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->what, SendReport::kScheduled);
  EXPECT_EQ(first->position, 99u);
  EXPECT_EQ(first->at, kMoment);
  EXPECT_EQ(marks.take_report(*pool, seq(101))->what, SendReport::kSent);
  EXPECT_FALSE(marks.take_report(*pool, seq(101)));
}

TEST_F(SendMarksTest, ItsAckIsToldWhenAllUpToItIsAcknowledged) {
  marks.add_reports(*pool, seq(201), SendReport::kAcked);
  EXPECT_FALSE(marks.on_acked(*pool, seq(200), kMoment));
  EXPECT_TRUE(marks.on_acked(*pool, seq(201), kMoment));
  EXPECT_TRUE(marks.has_report());
  EXPECT_EQ(marks.take_report(*pool, seq(101))->what, SendReport::kAcked);
  EXPECT_EQ(pool->used(), 0u);
}

TEST_F(SendMarksTest, AReportOutlivesItsMarkButNotTheConnection) {
  marks.add_reports(*pool, seq(201), SendReport::kSent);
  marks.on_sent(*pool, {seq(101), seq(201)}, kMoment);
  marks.on_acked(*pool, seq(201), kMoment);
  EXPECT_TRUE(marks.is_empty());
  EXPECT_TRUE(marks.has_report());
  marks.clear(*pool);
  EXPECT_EQ(pool->used(), 0u);
}

TEST_F(SendMarksTest, AFullPoolLosesReportsAndNothingElse) {
  uint32_t n = 0;
  while (marks.add_reports(*pool, seq(100 + n), SendReport::kSent)) ++n;
  marks.on_sent(*pool, {seq(1), seq(100 + n)}, kMoment);
  marks.on_acked(*pool, seq(100 + n), kMoment);
  EXPECT_TRUE(marks.is_empty());
}

TEST_F(SendMarksTest, OneConnectionDoesNotTakeAllMarks) {
  uint32_t n = 0;
  while (marks.add_record_end(*pool, seq(100 + n))) ++n;
  EXPECT_LT(n, SendMarkPool::capacity());
  SendMarks other;
  EXPECT_TRUE(other.add_record_end(*pool, seq(7)));
  marks.clear(*pool);
  other.clear(*pool);
  EXPECT_EQ(pool->used(), 0u);
}

}  // namespace
}  // namespace tapstack::transport::tcp
