#include "transport/tcp/output_plan.h"

#include <gtest/gtest.h>

#include <memory>

#include "pair.h"

namespace tapstack::transport::tcp {
namespace {

using Kind = OutputPlan::Kind;

// An established connection with segments of 1000 bytes, una 101, a window of 20,000 and cwnd
// 10,000.
class OutputPlanTest : public ::testing::Test {
 protected:
  OutputPlanTest() {
    c->state = State::kEstablished;
    c->send_mss_bytes = 1000;
    c->agreed.sack = true;
    c->snd.start(SeqNumber(100));
    c->snd.on_syn_sent();
    c->snd.on_ack(*memory, SeqNumber(101));
    window(20'000);
    c->congestion.start(CongestionAlgorithm::kNewReno, 1000, false);
  }
  void window(uint32_t bytes) { c->snd.start_window(SeqNumber(1), c->snd.vars().una, bytes); }
  void queue(size_t n) {
    const std::string text = pattern(n);
    ASSERT_TRUE(c->snd.queue_copy(*memory, {reinterpret_cast<const uint8_t*>(text.data()), n}));
  }
  void send(uint32_t n, bool fin = false) {
    mem::Chain payload;
    Transmission t;
    t.range = {c->snd.vars().nxt, c->snd.vars().nxt + (n + (fin ? 1 : 0))};
    t.segment_bytes = 1000;
    ASSERT_TRUE(c->snd.take_new(*memory, n, fin, payload));
    c->sent.on_sent(*sent, t);
    memory->free_chain(payload);
    c->small_end = n % 1000 != 0 ? c->snd.vars().nxt : c->small_end;
  }
  OutputPlan plan(uint32_t burst_bytes = 1000) {
    return plan_output(*c, {*sent, *marks}, {1000, burst_bytes});
  }
  std::unique_ptr<mem::PacketMemory> memory = std::make_unique<mem::PacketMemory>();
  std::unique_ptr<SentPool> sent = std::make_unique<SentPool>();
  std::unique_ptr<SendMarkPool> marks = std::make_unique<SendMarkPool>();
  std::unique_ptr<Connection> c = std::make_unique<Connection>();
};

TEST_F(OutputPlanTest, NothingQueuedIsNothingToSend) { EXPECT_EQ(plan().kind, Kind::kNothing); }

TEST_F(OutputPlanTest, AFullSegmentGoes) {
  queue(2500);
  EXPECT_EQ(plan().kind, Kind::kNew);
  EXPECT_EQ(plan().bytes, 1000u);
}

TEST_F(OutputPlanTest, ABurstIsWholeSegmentsUnlessItIsTheEnd) {
  queue(6500);
  EXPECT_EQ(plan(4000).bytes, 4000u);
  send(4000);
  EXPECT_EQ(plan(4000).bytes, 2500u);
}

TEST_F(OutputPlanTest, NagleHoldsASmallSegmentBehindASmallOne) {  // RFC 9293 3.7.4, Minshall
  queue(300);
  EXPECT_EQ(plan().bytes, 300u);
  send(300);
  queue(300);
  EXPECT_EQ(plan().kind, Kind::kNothing);
  c->settings.no_delay = true;
  EXPECT_EQ(plan().bytes, 300u);
}

TEST_F(OutputPlanTest, NagleLetsASmallSegmentFollowFullOnes) {
  queue(2300);
  send(2000);
  EXPECT_EQ(plan().bytes, 300u);
}

TEST_F(OutputPlanTest, CorkAndMoreHoldAnythingThatIsNotFull) {
  queue(300);
  c->settings.cork = true;
  EXPECT_EQ(plan().kind, Kind::kNothing);
  c->settings.cork = false;
  c->more = true;
  EXPECT_EQ(plan().kind, Kind::kNothing);
  queue(700);
  EXPECT_EQ(plan().bytes, 1000u);
}

TEST_F(OutputPlanTest, TheFinGoesWithTheLastText) {
  queue(1300);
  c->snd.queue_fin();
  EXPECT_FALSE(plan().fin);
  send(1000);
  EXPECT_EQ(plan().bytes, 300u);
  EXPECT_TRUE(plan().fin);
}

TEST_F(OutputPlanTest, TheFinNeedsRoomInTheWindow) {
  window(1000);
  queue(1000);
  c->snd.queue_fin();
  EXPECT_EQ(plan().bytes, 1000u);
  EXPECT_FALSE(plan().fin);
}

TEST_F(OutputPlanTest, CwndLimits) {
  queue(15'000);
  send(10'000);
  EXPECT_EQ(plan().kind, Kind::kNothing);
  EXPECT_TRUE(plan().is_cwnd_limited);
}

TEST_F(OutputPlanTest, AWindowOfLessThanASegmentIsNotFilled) {  // RFC 9293 3.8.6.2.1
  window(9500);
  queue(30'000);
  send(9000);
  EXPECT_EQ(plan().kind, Kind::kNothing);
  c->wanted.probe = true;  // the override time-out
  EXPECT_EQ(plan().bytes, 500u);
}

TEST_F(OutputPlanTest, HalfOfTheLargestWindowIsWorthASegment) {  // ... (3)
  c->snd.start(SeqNumber(100));                                  // forgets the window of 20,000
  c->snd.on_syn_sent();
  c->snd.on_ack(*memory, SeqNumber(101));
  window(800);
  queue(3000);
  EXPECT_EQ(plan().bytes, 800u);
  window(399);
  EXPECT_EQ(plan().kind, Kind::kNothing);
  window(400);
  EXPECT_EQ(plan().bytes, 400u);
}

TEST_F(OutputPlanTest, AClosedWindowIsProbedWithOneOctet) {  // RFC 9293 3.8.6.1
  queue(3000);
  window(0);
  EXPECT_EQ(plan().kind, Kind::kNothing);
  c->wanted.probe = true;
  EXPECT_EQ(plan().kind, Kind::kNew);
  EXPECT_EQ(plan().bytes, 1u);
  send(1);
  EXPECT_EQ(plan().kind, Kind::kRetransmit);
  EXPECT_EQ(plan().range.length(), 1u);
}

TEST_F(OutputPlanTest, WhatIsLostComesBeforeNewText) {
  queue(9000);
  send(5000);
  c->sent.mark_all_lost(*sent);
  c->recovery.enter_loss(c->snd.vars().nxt);
  const OutputPlan p = plan();
  EXPECT_EQ(p.kind, Kind::kRetransmit);
  EXPECT_EQ(p.range.begin, SeqNumber(101));
  EXPECT_EQ(p.range.length(), 1000u);
}

TEST_F(OutputPlanTest, ALostFinGoesAgainWithoutText) {
  c->snd.queue_fin();
  send(0, true);
  c->sent.mark_all_lost(*sent);
  c->recovery.enter_loss(c->snd.vars().nxt);
  EXPECT_EQ(plan().kind, Kind::kRetransmit);
  EXPECT_TRUE(plan().fin);
  EXPECT_TRUE(plan().range.is_empty());
}

TEST_F(OutputPlanTest, TheFirstRetransmissionGoesWhateverCwndSays) {  // RFC 5681 3.2 step 2
  queue(5000);
  send(5000);
  c->congestion.on_recovery_window(1000);
  c->sent.mark_front_lost(*sent, 1000);
  EXPECT_EQ(plan().kind, Kind::kNothing);
  c->wanted.first_lost = true;
  EXPECT_EQ(plan().kind, Kind::kRetransmit);
  EXPECT_EQ(plan().range.begin, SeqNumber(101));
}

TEST_F(OutputPlanTest, NewTextNeverGoesInPlaceOfTheFirstRetransmission) {
  queue(20'000);
  send(10'000);  // all of cwnd, nothing of it lost any more
  c->wanted.first_lost = true;
  EXPECT_EQ(plan().kind, Kind::kNothing);
}

TEST_F(OutputPlanTest, ALossProbeIsNewTextIfThereIsSome) {  // RFC 8985 7.3
  queue(12'000);
  send(10'000);
  c->wanted.loss_probe = true;
  EXPECT_EQ(plan().kind, Kind::kNew) << "cwnd is full, the probe goes";
  EXPECT_EQ(plan().bytes, 1000u);
  EXPECT_TRUE(plan().is_loss_probe);
}

TEST_F(OutputPlanTest, ALossProbeIsTheLastSegmentOtherwise) {
  queue(2500);
  send(2500);
  c->wanted.loss_probe = true;
  EXPECT_EQ(plan().kind, Kind::kRetransmit);
  EXPECT_EQ(plan().range.begin, SeqNumber(101 + 1500));
  EXPECT_EQ(plan().range.length(), 1000u);
  EXPECT_TRUE(plan().is_loss_probe);
}

TEST_F(OutputPlanTest, AfterASackThereIsNothingToProbeFor) {
  queue(3000);
  send(1000);
  send(2000);
  Delivered d = c->sent.begin_ack();
  c->sent.on_sacked(*sent, {SeqNumber(1101), SeqNumber(3101)}, SeqNumber(101), d);
  c->wanted.loss_probe = true;
  EXPECT_EQ(plan().kind, Kind::kNothing);
}

TEST_F(OutputPlanTest, BetweenTheStepsOfFrtoNewTextGoesFirst) {  // RFC 5682 3.1 step 2b
  queue(9000);
  send(3000);
  c->sent.mark_all_lost(*sent);
  c->recovery.enter_loss(c->snd.vars().nxt);
  c->frto.start(c->snd.vars().nxt);
  Frto::Ack ack;
  ack.has_moved = ack.can_send_new = true;
  c->frto.on_ack(ack);
  EXPECT_EQ(plan().kind, Kind::kNew);
}

}  // namespace
}  // namespace tapstack::transport::tcp
