#include "transport/tcp/reset.h"

#include <gtest/gtest.h>

#include "by_hand.h"

namespace tapstack::transport::tcp {
namespace {

class Reset : public ::testing::Test {
 protected:
  Reset() { seg.flow = towards_b(p); }
  void send() {
    Context c = p.ctx(p.b);
    send_reset(c, p.b.network, seg);
    p.run(Duration::ms(10));
  }
  Pair p;
  Segment seg;
};

TEST_F(Reset, WithAckItTakesThatNumber) {  // RFC 9293 3.10.7.1
  seg.flags = flag::kAck | flag::kPsh;
  seg.ack = SeqNumber(0xfffffffe);
  send();
  ASSERT_EQ(p.trace.size(), 1u);
  EXPECT_EQ(p.trace[0].flags, flag::kRst);
  EXPECT_EQ(p.trace[0].seq, SeqNumber(0xfffffffe));
  EXPECT_EQ(p.b.counters.value(Mib::kTcpOutRsts), 1u);
}

TEST_F(Reset, WithoutAckItAcknowledgesAllOfTheSegment) {
  seg.flags = flag::kSyn;
  seg.seq = SeqNumber(0xffffffff);
  seg.text_bytes = 5;
  send();
  ASSERT_EQ(p.trace.size(), 1u);
  EXPECT_EQ(p.trace[0].flags, flag::kRst | flag::kAck);
  EXPECT_EQ(p.trace[0].seq, SeqNumber(0));
  EXPECT_EQ(p.trace[0].ack, SeqNumber(5));
}

TEST_F(Reset, ARstIsNeverAnswered) {
  seg.flags = flag::kRst | flag::kAck;
  send();
  EXPECT_TRUE(p.trace.empty());
}

TEST_F(Reset, WithoutARouteNothingGoesOut) {
  seg.flags = flag::kSyn;
  seg.flow.remote.address = Ip4Address::from(192, 0, 2, 1);
  send();
  EXPECT_TRUE(p.trace.empty());
  EXPECT_EQ(p.b.counters.value(Mib::kTcpOutRsts), 0u);
}

}  // namespace
}  // namespace tapstack::transport::tcp
