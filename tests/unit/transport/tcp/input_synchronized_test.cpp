// RFC 9293 3.10.7.4, steps one to four, and RFC 5961.
#include <gtest/gtest.h>

#include "pair.h"

namespace tapstack::transport::tcp {
namespace {

namespace flag = wire::tcp_flag;

class InputSynchronized : public ::testing::Test {
 protected:
  InputSynchronized() : e(p.establish()) { p.trace.clear(); }
  Connection& at_b() { return p.inside(p.b, e.b); }
  void inject(wire::TcpFlags flags, SeqNumber seq, const std::string& text = {}) {
    wire::TcpHeader h;
    h.flags = flags;
    h.sequence_number = seq.value();
    h.acknowledgment_number = at_b().snd.vars().nxt.value();
    h.window = 8000;
    wire::TcpOptions o;
    o.timestamps = wire::TcpTimestamps{at_b().timestamps.recent(), 0};
    p.inject(p.b, at_b().flow, h, o, text);
  }
  Pair p;
  Pair::Ends e;
};

TEST_F(InputSynchronized, AnExactRstEndsTheConnection) {
  inject(flag::kRst, at_b().rcv.vars().nxt);
  EXPECT_EQ(p.state(p.b, e.b), State::kClosed);
  EXPECT_EQ(p.error(p.b, e.b), Error::kConnectionReset);
}

TEST_F(InputSynchronized, AnInexactRstIsChallenged) {  // RFC 5961 3.2
  inject(flag::kRst, at_b().rcv.vars().nxt + 1);
  EXPECT_EQ(p.state(p.b, e.b), State::kEstablished);
  ASSERT_EQ(p.trace.size(), 1u);
  EXPECT_EQ(p.trace[0].flags, flag::kAck);
}

TEST_F(InputSynchronized, ARstOutsideOfTheWindowIsIgnored) {
  inject(flag::kRst, at_b().rcv.vars().nxt - 1);
  EXPECT_EQ(p.state(p.b, e.b), State::kEstablished);
  EXPECT_TRUE(p.trace.empty());
}

TEST_F(InputSynchronized, ASynIsChallenged) {  // RFC 5961 4.2
  inject(flag::kSyn, at_b().rcv.vars().nxt);
  EXPECT_EQ(p.state(p.b, e.b), State::kEstablished);
  EXPECT_EQ(p.trace.size(), 1u);
}

TEST_F(InputSynchronized, ChallengesAreLimitedToTenASecond) {  // RFC 5961 7
  for (int i = 0; i < 30; ++i) inject(flag::kSyn, at_b().rcv.vars().nxt);
  EXPECT_EQ(p.trace.size(), 10u);
}

TEST_F(InputSynchronized, OldTextIsAcknowledgedAgain) {
  inject(flag::kAck, at_b().rcv.vars().nxt - 3, "abc");
  ASSERT_EQ(p.trace.size(), 1u);
  EXPECT_EQ(p.trace[0].ack, at_b().rcv.vars().nxt);
  EXPECT_EQ(p.receive(p.b, e.b), "");
}

TEST_F(InputSynchronized, TextThatOverlapsIsTrimmed) {
  inject(flag::kAck, at_b().rcv.vars().nxt - 3, "abcdef");
  EXPECT_EQ(p.receive(p.b, e.b), "def");
}

TEST_F(InputSynchronized, AnAckOfNothingSentIsChallenged) {
  wire::TcpHeader h;
  h.flags = flag::kAck;
  h.sequence_number = at_b().rcv.vars().nxt.value();
  h.acknowledgment_number = (at_b().snd.vars().nxt + 1).value();
  wire::TcpOptions o;
  o.timestamps = wire::TcpTimestamps{at_b().timestamps.recent(), 0};
  p.inject(p.b, at_b().flow, h, o);
  EXPECT_EQ(p.trace.size(), 1u);
}

TEST_F(InputSynchronized, AnOldTimestampIsRejected) {  // PAWS
  wire::TcpHeader h;
  h.flags = flag::kAck;
  h.sequence_number = at_b().rcv.vars().nxt.value();
  h.acknowledgment_number = at_b().snd.vars().nxt.value();
  wire::TcpOptions o;
  o.timestamps = wire::TcpTimestamps{at_b().timestamps.recent() - 1, 0};
  p.inject(p.b, at_b().flow, h, o, "evil");
  EXPECT_EQ(p.receive(p.b, e.b), "");
  EXPECT_EQ(p.b.counters.value(DropReason::kTcpPaws), 1u);
}

}  // namespace
}  // namespace tapstack::transport::tcp
