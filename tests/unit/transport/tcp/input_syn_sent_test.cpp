// RFC 9293 3.10.7.3.
#include <gtest/gtest.h>

#include "by_hand.h"

namespace tapstack::transport::tcp {
namespace {

class InputSynSent : public ::testing::Test {
 protected:
  InputSynSent() {
    p.drop = [](const Seen&) { return true; };
    id = p.connect(p.a, p.b, 80);
    p.run(Duration::ms(10));
    p.trace.clear();
  }
  Connection& at_a() { return p.inside(p.a, id); }
  SeqNumber iss() { return at_a().snd.vars().iss; }
  void inject(wire::TcpFlags flags, SeqNumber ack, const std::string& text = {}) {
    p.inject(p.a, at_a().flow, header(flags, SeqNumber(300), ack), {}, text);
  }
  Pair p;
  ConnectionId id;
};

TEST_F(InputSynSent, TheSynAckEstablishesAndIsAcknowledged) {
  inject(flag::kSyn | flag::kAck, iss() + 1);
  EXPECT_EQ(p.state(p.a, id), State::kEstablished);
  ASSERT_EQ(p.trace.size(), 1u);
  EXPECT_EQ(p.trace[0].flags, flag::kAck);
  EXPECT_EQ(p.trace[0].ack, SeqNumber(301));
  EXPECT_TRUE(p.events(p.a, id).has(Event::kConnected));
}

TEST_F(InputSynSent, TextOnTheSynAckIsDelivered) {
  inject(flag::kSyn | flag::kAck, iss() + 1, "hello");
  EXPECT_EQ(p.receive(p.a, id), "hello");
}

TEST_F(InputSynSent, AnEchoOfATimestampNeverSentIsReset) {
  const auto answer = [&](uint32_t echo) {
    wire::TcpOptions options;
    options.timestamps = wire::TcpTimestamps{1, echo};
    p.inject(p.a, at_a().flow, header(flag::kSyn | flag::kAck, SeqNumber(300), iss() + 1), options);
  };
  const uint32_t sent = timestamp_value(at_a().silence.stalled_since,
                                        p.a.tcp.tables().isn.timestamp_offset(at_a().flow));
  answer(sent - 1);
  EXPECT_EQ(p.state(p.a, id), State::kSynSent);
  ASSERT_EQ(p.trace.size(), 1u);
  EXPECT_EQ(p.trace[0].flags, flag::kRst);
  answer(sent);
  EXPECT_EQ(p.state(p.a, id), State::kEstablished);
}

TEST_F(InputSynSent, AnUnacceptableAckIsReset) {  // first step
  for (const SeqNumber ack : {iss(), iss() + 2}) {
    p.trace.clear();
    inject(flag::kSyn | flag::kAck, ack);
    ASSERT_EQ(p.trace.size(), 1u);
    EXPECT_EQ(p.trace[0].flags, flag::kRst);
    EXPECT_EQ(p.trace[0].seq, ack);
    EXPECT_EQ(p.state(p.a, id), State::kSynSent);
  }
}

TEST_F(InputSynSent, ARstWithOurAckRefuses) {  // second step
  inject(flag::kRst | flag::kAck, iss() + 1);
  EXPECT_EQ(p.state(p.a, id), State::kClosed);
  EXPECT_TRUE(p.events(p.a, id).has(Event::kConnectFailed));
  EXPECT_EQ(p.error(p.a, id), Error::kConnectionRefused);
}

TEST_F(InputSynSent, ABlindRstIsIgnored) {
  inject(flag::kRst, SeqNumber(0));
  inject(flag::kRst | flag::kAck, iss() + 5);
  EXPECT_EQ(p.state(p.a, id), State::kSynSent);
}

TEST_F(InputSynSent, ASynAloneIsASimultaneousOpen) {  // RFC 9293 3.5, figure 8
  inject(flag::kSyn, SeqNumber(0));
  EXPECT_EQ(p.state(p.a, id), State::kSynReceived);
  ASSERT_EQ(p.trace.size(), 1u);
  EXPECT_EQ(p.trace[0].flags, flag::kSyn | flag::kAck);
  EXPECT_EQ(p.trace[0].seq, iss());
}

TEST_F(InputSynSent, AnAckWithoutSynChangesNothing) {  // fifth step
  inject(flag::kAck, iss() + 1);
  EXPECT_EQ(p.state(p.a, id), State::kSynSent);
  EXPECT_EQ(p.a.counters.value(DropReason::kTcpSynSentNoSyn), 1u);
}

TEST_F(InputSynSent, ARoundTripIsMeasuredOfASynSentOnce) {  // RFC 6298 3
  inject(flag::kSyn | flag::kAck, iss() + 1);
  EXPECT_EQ(info(p.a.tcp, p.now, id)->srtt_us, 10'000u);
}

TEST_F(InputSynSent, AfterALostSynTheTimeoutIsThreeSeconds) {  // RFC 6298 5.7
  p.run(Duration::ms(1500));
  inject(flag::kSyn | flag::kAck, iss() + 1);
  EXPECT_EQ(info(p.a.tcp, p.now, id)->rto_us, 3'000'000u);
}

}  // namespace
}  // namespace tapstack::transport::tcp
