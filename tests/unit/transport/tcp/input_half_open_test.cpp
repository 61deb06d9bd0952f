// SYN-RECEIVED of a passive open.
#include <gtest/gtest.h>

#include "by_hand.h"

namespace tapstack::transport::tcp {
namespace {

class InputHalfOpen : public ::testing::Test {
 protected:
  InputHalfOpen() {
    p.drop = [](const Seen& s) { return !s.from_a; };  // a would answer with RST
    p.inject(p.b, flow, header(flag::kSyn, SeqNumber(100)));
    iss = p.trace.at(0).seq;
    p.trace.clear();
  }
  size_t half_open() { return p.b.tcp.tables().half_opens.used(); }
  Pair p;
  ListenerId listener = p.listen(p.b, 80, 1);
  Flow flow = towards_b(p);
  SeqNumber iss;
};

TEST_F(InputHalfOpen, TheAckMakesAConnectionOfIt) {
  p.inject(p.b, flow, header(flag::kAck, SeqNumber(101), iss + 1));
  EXPECT_EQ(half_open(), 0u);
  const ConnectionId c = p.accept(p.b, listener);
  EXPECT_EQ(p.state(p.b, c), State::kEstablished);
  EXPECT_EQ(p.b.counters.value(Mib::kTcpPassiveOpens), 1u);
}

TEST_F(InputHalfOpen, TextThatComesWithTheAckIsKept) {
  p.inject(p.b, flow, header(flag::kAck, SeqNumber(101), iss + 1), {}, "early");
  EXPECT_EQ(p.receive(p.b, p.accept(p.b, listener)), "early");
}

TEST_F(InputHalfOpen, AFinThatComesWithTheAckIsHeard) {
  p.inject(p.b, flow, header(flag::kAck | flag::kFin, SeqNumber(101), iss + 1));
  EXPECT_EQ(p.state(p.b, p.accept(p.b, listener)), State::kCloseWait);
}

TEST_F(InputHalfOpen, TheSynAgainIsAnsweredAgain) {
  p.inject(p.b, flow, header(flag::kSyn, SeqNumber(100)));
  ASSERT_EQ(p.trace.size(), 1u);
  EXPECT_EQ(p.trace[0].flags, flag::kSyn | flag::kAck);
  EXPECT_EQ(p.trace[0].seq, iss);
  EXPECT_EQ(half_open(), 1u);
}

TEST_F(InputHalfOpen, AnExactRstEndsItAndAnotherIsChallenged) {  // RFC 5961 3.2
  p.inject(p.b, flow, header(flag::kRst, SeqNumber(102)));
  EXPECT_EQ(half_open(), 1u);
  ASSERT_EQ(p.trace.size(), 1u);
  EXPECT_EQ(p.trace[0].flags, flag::kAck);
  p.inject(p.b, flow, header(flag::kRst, SeqNumber(101)));
  EXPECT_EQ(half_open(), 0u);
  EXPECT_EQ(p.trace.size(), 1u);
  EXPECT_EQ(p.b.counters.value(Mib::kTcpExtEmbryonicRsts), 1u);
}

TEST_F(InputHalfOpen, RepeatedAnswersAreLimited) {  // RFC 5961 7: ten a second for each record
  for (int i = 0; i < 20; ++i) p.inject(p.b, flow, header(flag::kSyn, SeqNumber(100)));
  for (int i = 0; i < 20; ++i) p.inject(p.b, flow, header(flag::kRst, SeqNumber(102)));
  EXPECT_EQ(p.trace.size(), kConfig.tcp_challenge_acks_per_second);
  EXPECT_EQ(p.b.counters.value(Mib::kTcpExtTCPACKSkippedSynRecv), 30u);
  p.now = p.now + Duration::s(1);
  p.inject(p.b, flow, header(flag::kSyn, SeqNumber(100)));
  EXPECT_EQ(p.b.counters.value(Mib::kTcpExtTCPACKSkippedSynRecv), 30u);
}

TEST_F(InputHalfOpen, AWrongAckIsAnsweredWithRst) {  // RFC 9293 3.10.7.4, fifth step
  p.inject(p.b, flow, header(flag::kAck, SeqNumber(101), iss + 2));
  ASSERT_EQ(p.trace.size(), 1u);
  EXPECT_EQ(p.trace[0].flags, flag::kRst);
  EXPECT_EQ(p.trace[0].seq, iss + 2);
  EXPECT_EQ(half_open(), 1u);
}

TEST_F(InputHalfOpen, TextOutsideOfTheWindowIsAnsweredWithTheSynAck) {
  p.inject(p.b, flow, header(flag::kAck, SeqNumber(101 + 70'000), iss + 1), {}, "far");
  ASSERT_EQ(p.trace.size(), 1u);
  EXPECT_EQ(p.trace[0].flags, flag::kSyn | flag::kAck);
  EXPECT_EQ(half_open(), 1u);
}

TEST_F(InputHalfOpen, WithAFullAcceptQueueTheAckIsLost) {
  for (uint16_t port : {5000, 5001}) {
    const Flow other{{p.b.address, {80}}, {p.a.address, {port}}};
    p.inject(p.b, other, header(flag::kSyn, SeqNumber(7)));
    p.inject(p.b, other, header(flag::kAck, SeqNumber(8), p.trace.back().seq + 1));
  }
  p.inject(p.b, flow, header(flag::kAck, SeqNumber(101), iss + 1));
  EXPECT_EQ(half_open(), 1u);
  EXPECT_EQ(p.b.counters.value(DropReason::kTcpAcceptQueueFull), 1u);
}

}  // namespace
}  // namespace tapstack::transport::tcp
