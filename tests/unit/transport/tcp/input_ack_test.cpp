// RFC 9293 3.10.7.4, fifth step.
#include <gtest/gtest.h>

#include "by_hand.h"

namespace tapstack::transport::tcp {
namespace {

class InputAck : public ::testing::Test {
 protected:
  InputAck() { p.trace.clear(); }
  Connection& at_a() { return p.inside(p.a, e.a); }
  const SendVariables& snd() { return at_a().snd.vars(); }
  // An ACK from b that a gets, whatever b thinks.
  void ack(SeqNumber number, uint16_t window = 60'000) {
    wire::TcpOptions o;
    o.timestamps = wire::TcpTimestamps{at_a().timestamps.recent(), 0};
    p.inject(p.a, at_a().flow, header(flag::kAck, at_a().rcv.vars().nxt, number, window), o);
  }
  void lose_everything() {
    p.drop = [](const Seen&) { return true; };
  }
  Pair p;
  Pair::Ends e = p.establish();
};

TEST_F(InputAck, AnAckMovesUnaAndStopsTheTimer) {  // RFC 6298 5.2
  p.send(p.a, e.a, "abc");
  p.run(Duration::us(0));
  EXPECT_TRUE(at_a().deadlines.is_set(Deadline::kRetransmit));
  p.run(Duration::ms(50));
  EXPECT_TRUE(snd().is_all_acked());
  EXPECT_FALSE(at_a().deadlines.is_set(Deadline::kRetransmit));
}

TEST_F(InputAck, APartialAckStartsTheTimerAnew) {  // RFC 6298 5.3
  lose_everything();
  p.send(p.a, e.a, pattern(5 * 1448));
  p.run(Duration::ms(100));
  ack(snd().una + 1448);
  EXPECT_TRUE(at_a().deadlines.at(Deadline::kRetransmit) > p.now + Duration::ms(190));
}

TEST_F(InputAck, WithFewSegmentsOutstandingItCountsFromTheOldest) {  // RFC 7765 3
  lose_everything();
  p.send(p.a, e.a, pattern(2 * 1448));
  p.run(Duration::ms(1));
  const Instant before = at_a().deadlines.at(Deadline::kRetransmit);
  p.run(Duration::ms(20));
  ack(snd().una + 1448);
  EXPECT_TRUE(at_a().deadlines.at(Deadline::kRetransmit) < before + Duration::ms(20));
}

TEST_F(InputAck, AnOldAckIsIgnored) {
  p.send(p.a, e.a, "abc");
  p.run(Duration::ms(50));
  p.trace.clear();
  const SeqNumber una = snd().una;
  ack(una - 2, 1);
  EXPECT_EQ(snd().una, una);
  EXPECT_TRUE(p.trace.empty());
}

TEST_F(InputAck, AnAckOlderThanTheLargestWindowIsChallenged) {  // RFC 5961 5.2
  ack(snd().una - snd().max_wnd_bytes - 1);
  EXPECT_EQ(p.a.counters.value(DropReason::kTcpAckTooOld), 1u);
  EXPECT_EQ(p.trace.size(), 1u);
}

TEST_F(InputAck, ASegmentWithoutAckIsDropped) {
  wire::TcpOptions o;
  o.timestamps = wire::TcpTimestamps{at_a().timestamps.recent(), 0};
  p.inject(p.a, at_a().flow, header(flag::kNone, at_a().rcv.vars().nxt), o, "text");
  EXPECT_EQ(p.a.counters.value(DropReason::kTcpNoAck), 1u);
  EXPECT_EQ(p.receive(p.a, e.a), "");
}

TEST_F(InputAck, AClosedWindowThatOpensLetsTheTextGoAtOnce) {  // RFC 9293 3.8.6
  ack(snd().una, 0);
  EXPECT_EQ(snd().wnd_bytes, 0u);
  p.send(p.a, e.a, "waits");
  p.run(Duration::ms(1));
  EXPECT_EQ(p.count(true, flag::kPsh), 0u);
  ack(snd().una, 1000);
  EXPECT_EQ(p.count(true, flag::kPsh), 1u);
}

TEST_F(InputAck, WhereCwndIsFullTooThePeersWindowLimitsNothing) {
  lose_everything();
  const uint32_t cwnd = at_a().congestion.cwnd_bytes();
  ack(snd().una, static_cast<uint16_t>(cwnd >> at_a().agreed.send_shift));
  ASSERT_EQ(snd().wnd_bytes, cwnd);
  p.send(p.a, e.a, pattern(50'000));
  p.run(Duration::ms(5));
  EXPECT_EQ(info(p.a.tcp, p.now, e.a)->window_limited_us, 0u);
}

TEST_F(InputAck, TheProgramIsToldOfRoomOnceAThirdIsFree) {
  Settings s;
  s.send_buffer_bytes = 60'000;
  Context c = p.ctx(p.a);
  ASSERT_TRUE(change_settings(p.a.tcp, c, e.a, s).ok());
  lose_everything();
  ASSERT_LT(p.send(p.a, e.a, pattern(300'000)), 300'000u);
  const auto queued = [&] { return status(p.a.tcp, e.a)->unsent_bytes; };
  ASSERT_GT(queued(), 60'000u);
  p.events(p.a, e.a);
  while (queued() > 41'000) {
    p.run(Duration::ms(1));
    ack(snd().una + 1000);
    EXPECT_EQ(p.events(p.a, e.a).has(Event::kWritable), queued() <= 40'000);
  }
  ack(snd().una + 1000);
  EXPECT_TRUE(p.events(p.a, e.a).has(Event::kWritable));
}

TEST_F(InputAck, TheAckOfOurFinMovesOn) {
  Context c = p.ctx(p.a);
  ASSERT_TRUE(shutdown_send(p.a.tcp, c, e.a).ok());
  EXPECT_EQ(p.state(p.a, e.a), State::kFinWait1);
  p.run(Duration::us(0));
  ack(snd().nxt);
  EXPECT_EQ(p.state(p.a, e.a), State::kFinWait2);
}

TEST_F(InputAck, TheThirdDuplicateAckRetransmitsAndHalvesTheWindow) {  // RFC 5681 3.2
  at_a().agreed.sack = false;
  at_a().congestion.change_algorithm(CongestionAlgorithm::kNewReno);
  lose_everything();
  p.send(p.a, e.a, pattern(14'480));
  p.run(Duration::us(0));
  ack(snd().una + 1448);
  p.trace.clear();
  const SeqNumber hole = snd().una;
  const uint32_t cwnd = at_a().congestion.cwnd_bytes();
  ack(hole);
  ack(hole);
  EXPECT_TRUE(p.trace.empty());
  ack(hole);
  ASSERT_FALSE(p.trace.empty());
  EXPECT_EQ(p.trace[0].seq, hole);
  EXPECT_EQ(at_a().congestion.ssthresh_bytes(), whole_segments(cwnd / 2, 1448));
}

TEST_F(InputAck, AWindowUpdateIsNoDuplicateAck) {  // RFC 5681 2, condition (e)
  at_a().agreed.sack = false;
  lose_everything();
  p.send(p.a, e.a, pattern(14'480));
  p.run(Duration::us(0));
  for (uint16_t window : {50'000, 51'000, 52'000, 53'000}) ack(snd().una, window);
  EXPECT_EQ(at_a().figures.retransmits, 0u);
}

TEST_F(InputAck, ProgressSparesTheNeighbourFromBeingAsked) {  // RFC 1122 2.3.2.1 (4)
  for (int i = 0; i < 60; ++i) {
    p.send(p.a, e.a, "x");
    p.run(Duration::s(1));
    p.receive(p.b, e.b);
  }
  EXPECT_EQ(p.a.counters.value(Mib::kArpOutRequests), 2u)
      << "an announcement and one question, none again after 30 s";
}

}  // namespace
}  // namespace tapstack::transport::tcp
