// Which segments are taken to be lost, over a link that loses what a test names.
#include "transport/tcp/loss_detection.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>

#include "pair.h"

namespace tapstack::transport::tcp {
namespace {

constexpr uint32_t kText = 1448;  // of a full segment with timestamps

// A path of 20 ms round trip, or another; segments of text of a count from 0.
class LossDetection : public ::testing::Test {
 protected:
  void connect(bool has_sack, Duration delay = Duration::ms(10)) {
    Pair::Options options;
    options.delay = delay;
    pair_ = std::make_unique<Pair>(options);
    Settings settings;
    settings.sack = has_sack;
    ends_ = pair_->establish(settings, settings);
  }
  void send(uint32_t segments, std::set<int> lost, Duration time) {
    pair_->drop = [lost, n = 0](const Seen& s) mutable {
      return s.from_a && s.text > 0 && lost.contains(n++);
    };
    pair_->send(pair_->a, ends_.a, pattern(segments * kText));
    pair_->run(time);
  }
  Connection& at_a() { return pair_->inside(pair_->a, ends_.a); }
  uint64_t counted(Mib what) { return pair_->a.counters.value(what); }

  std::unique_ptr<Pair> pair_;
  Pair::Ends ends_;
};

TEST_F(LossDetection, WhatIsMissingBelowThreeSackedSegmentsIsLost) {  // RFC 8985 6.2 step 4
  connect(true);
  send(6, {1, 2}, Duration::ms(25));
  EXPECT_EQ(at_a().sent.lost_bytes(), 2 * kText);
  EXPECT_FALSE(at_a().deadlines.is_set(Deadline::kReordering));
}

TEST_F(LossDetection, WithTwoOnlyATimerDecides) {  // RFC 8985 6.2 step 5
  connect(true);
  send(3, {0}, Duration::ms(21));
  EXPECT_EQ(at_a().figures.retransmits, 0u);
  EXPECT_TRUE(at_a().deadlines.is_set(Deadline::kReordering));
  pair_->run(Duration::ms(5));
  EXPECT_EQ(at_a().figures.retransmits, 1u);
}

// A quarter of its round trip is over before the next SACK is taken in.
TEST_F(LossDetection, OnAShortPathTheTimerWaitsForAMillisecond) {
  connect(true, Duration::us(50));
  send(3, {0}, Duration::us(900));
  EXPECT_EQ(at_a().figures.retransmits, 0u);
  pair_->run(Duration::us(400));
  EXPECT_EQ(at_a().figures.retransmits, 1u);
}

TEST_F(LossDetection, OnAShortPathThreeSacksNeedNoTimer) {
  connect(true, Duration::us(50));
  send(4, {0}, Duration::us(300));
  EXPECT_EQ(at_a().figures.retransmits, 1u);
}

TEST_F(LossDetection, WithoutSackADuplicateTakesASegmentOutOfThePipe) {  // RFC 6675 4
  connect(false);
  send(4, {0}, Duration::ms(21));  // the first ACK also changes the window, so it is no duplicate
  EXPECT_EQ(at_a().duplicates.count(), 2u);
  EXPECT_EQ(pipe_bytes(at_a()), 2 * kText);
}

TEST_F(LossDetection, WithoutSackTheThirdDuplicateShowsTheFirstSegmentOnly) {  // RFC 6582 3.2
  connect(false);
  send(6, {0, 2}, Duration::ms(25));
  EXPECT_EQ(at_a().figures.retransmits, 1u);
  pair_->run(Duration::ms(20));
  EXPECT_EQ(at_a().figures.retransmits, 2u) << "the partial ACK shows the next";
}

TEST_F(LossDetection, ARetransmissionThatIsLostIsCounted) {
  connect(true);
  pair_->drop = [first = at_a().snd.vars().nxt, n = 0](const Seen& s) mutable {
    return s.from_a && s.text > 0 && s.seq == first && n++ < 2;
  };
  pair_->send(pair_->a, ends_.a, pattern(20 * kText));
  pair_->run(Duration::ms(100));
  EXPECT_EQ(counted(Mib::kTcpExtTCPLostRetransmit), 1u);
}

}  // namespace
}  // namespace tapstack::transport::tcp
