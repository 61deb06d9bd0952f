// Whom a segment is for: connection, half-open record, TIME-WAIT record, listener, nobody.
#include "transport/tcp/input.h"

#include <gtest/gtest.h>

#include "by_hand.h"

namespace tapstack::transport::tcp {
namespace {

class Input : public ::testing::Test {
 protected:
  // b has closed first and is in TIME-WAIT; its listener goes on.
  void make_time_wait() {
    flow = p.inside(p.b, e.b).flow;
    Context cb = p.ctx(p.b), ca = p.ctx(p.a);
    ASSERT_TRUE(close(p.b.tcp, cb, e.b).ok());
    p.run(Duration::ms(10));
    ASSERT_TRUE(close(p.a.tcp, ca, e.a).ok());
    p.run(Duration::ms(10));
    ASSERT_EQ(p.b.tcp.tables().time_waits.used(), 1u);
    p.trace.clear();
    p.drop = [](const Seen& s) { return !s.from_a; };  // what b answers is not for a
  }
  const TimeWait& record() {
    return p.b.tcp.tables().time_waits.at(find(p.b.tcp.tables(), flow).time_wait);
  }
  wire::TcpOptions timestamp(uint32_t value) {
    wire::TcpOptions o;
    o.timestamps = wire::TcpTimestamps{value, 0};
    return o;
  }
  Pair p;
  Pair::Ends e = p.establish();
  Flow flow;
};

TEST_F(Input, ASegmentWithoutAnyFlagToNobodyIsAnsweredWithRst) {  // RFC 9293 3.10.7.1
  p.trace.clear();
  p.inject(p.b, towards_b(p, 9), header(flag::kNone, SeqNumber(10)), {}, "abc");
  ASSERT_EQ(p.trace.size(), 1u);
  EXPECT_EQ(p.trace[0].flags, flag::kRst | flag::kAck);
  EXPECT_EQ(p.trace[0].ack, SeqNumber(13));
  EXPECT_EQ(p.b.counters.value(DropReason::kTcpNoConnection), 1u);
}

TEST_F(Input, TimeWaitAnswersOldTextWithItsAck) {
  make_time_wait();
  const SeqNumber nxt = record().rcv_nxt;
  p.inject(p.b, flow, header(flag::kAck, nxt - 10, record().snd_nxt), {}, "old");
  ASSERT_EQ(p.trace.size(), 1u);
  EXPECT_EQ(p.trace[0].flags, flag::kAck);
  EXPECT_EQ(p.trace[0].ack, nxt);
}

TEST_F(Input, TimeWaitIgnoresARst) {  // RFC 1337 3, fix (1)
  make_time_wait();
  p.inject(p.b, flow, header(flag::kRst, record().rcv_nxt));
  EXPECT_EQ(p.b.tcp.tables().time_waits.used(), 1u);
  EXPECT_TRUE(p.trace.empty());
}

TEST_F(Input, TheFinAgainStartsTwoMslAnew) {
  make_time_wait();
  p.run(Duration::s(50));
  p.inject(p.b, flow, header(flag::kFin | flag::kAck, record().rcv_nxt - 1, record().snd_nxt));
  p.run(Duration::s(50));
  EXPECT_EQ(p.b.tcp.tables().time_waits.used(), 1u);
  p.run(Duration::s(11));
  EXPECT_EQ(p.b.tcp.tables().time_waits.used(), 0u);
}

TEST_F(Input, ALaterSynOpensANewConnectionFromTimeWait) {  // RFC 6191, RFC 1122 4.2.2.13
  make_time_wait();
  const uint32_t later = record().timestamp_recent + 1;
  const SeqNumber iss = record().rcv_nxt + 100'000;
  const SeqNumber used = record().snd_nxt;
  p.inject(p.b, flow, header(flag::kSyn, iss), timestamp(later));
  EXPECT_EQ(p.b.tcp.tables().time_waits.used(), 0u);
  ASSERT_FALSE(p.trace.empty());
  EXPECT_EQ(p.trace[0].flags, flag::kSyn | flag::kAck);
  EXPECT_EQ(p.trace[0].ack, iss + 1);
  EXPECT_EQ(p.trace[0].seq, used + 65'537) << "above all that the old one used";
  EXPECT_EQ(p.b.counters.value(Mib::kTcpExtTWRecycled), 1u);
}

TEST_F(Input, WithoutAListenerASynDoesNotEndTimeWait) {
  make_time_wait();
  Context c = p.ctx(p.b);
  ASSERT_TRUE(close_listener(p.b.tcp, c, e.listener).ok());
  p.inject(p.b, flow, header(flag::kSyn, record().rcv_nxt + 100'000),
           timestamp(record().timestamp_recent + 1));
  EXPECT_EQ(p.b.tcp.tables().time_waits.used(), 1u);
  ASSERT_EQ(p.trace.size(), 1u);
  EXPECT_EQ(p.trace[0].flags, flag::kAck);
}

}  // namespace
}  // namespace tapstack::transport::tcp
