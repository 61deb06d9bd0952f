// RFC 9293 3.10.7.2, and what stands in for no connection at all (3.10.7.1).
#include <gtest/gtest.h>

#include "by_hand.h"

namespace tapstack::transport::tcp {
namespace {

TEST(InputListen, ASynToNobodyIsReset) {
  Pair p;
  p.inject(p.b, towards_b(p, 81), header(flag::kSyn, SeqNumber(100)));
  ASSERT_EQ(p.trace.size(), 1u);
  EXPECT_EQ(p.trace[0].flags, flag::kRst | flag::kAck);
  EXPECT_EQ(p.trace[0].seq, SeqNumber(0));
  EXPECT_EQ(p.trace[0].ack, SeqNumber(101));
}

TEST(InputListen, AnAckToNobodyIsResetWithItsNumber) {
  Pair p;
  p.inject(p.b, towards_b(p, 81), header(flag::kAck, SeqNumber(100), SeqNumber(777)));
  ASSERT_EQ(p.trace.size(), 1u);
  EXPECT_EQ(p.trace[0].flags, flag::kRst);
  EXPECT_EQ(p.trace[0].seq, SeqNumber(777));
}

TEST(InputListen, ARstToNobodyIsNeverAnswered) {
  Pair p;
  p.inject(p.b, towards_b(p, 81), header(flag::kRst, SeqNumber(100)));
  EXPECT_TRUE(p.trace.empty());
}

TEST(InputListen, AnAckToAListenerIsReset) {
  Pair p;
  p.listen(p.b, 80);
  p.inject(p.b, towards_b(p, 80), header(flag::kAck, SeqNumber(100), SeqNumber(777)));
  ASSERT_EQ(p.trace.size(), 1u);
  EXPECT_EQ(p.trace[0].flags, flag::kRst);
}

TEST(InputListen, ASynIsAnsweredWithSynAck) {
  Pair p;
  p.listen(p.b, 80);
  p.inject(p.b, towards_b(p, 80), header(flag::kSyn, SeqNumber(100)));
  ASSERT_FALSE(p.trace.empty());  // a, which sent no SYN, answers with a RST
  EXPECT_EQ(p.trace[0].flags, flag::kSyn | flag::kAck);
  EXPECT_EQ(p.trace[0].ack, SeqNumber(101));
  EXPECT_EQ(p.trace[0].options.mss, 1460);
  EXPECT_FALSE(p.trace[0].options.timestamps);
}

TEST(InputListen, AFullAcceptQueueDropsSyns) {
  Pair p;
  const ListenerId l = p.listen(p.b, 80, 1);
  for (int i = 0; i < 2; ++i) p.connect(p.a, p.b, 80);
  p.run(Duration::ms(20));
  EXPECT_EQ(listener_status(p.b.tcp, l)->acceptable, 2u);  // backlog + 1, as Linux
  const ConnectionId late = p.connect(p.a, p.b, 80);
  p.run(Duration::ms(20));
  EXPECT_EQ(p.state(p.a, late), State::kSynSent);
  p.accept(p.b, l);
  p.run(Duration::s(2));
  EXPECT_EQ(p.state(p.a, late), State::kEstablished);
}

TEST(InputListen, AFloodOfSynsDoesNotKeepOthersOut) {
  Pair p;
  const ListenerId l = p.listen(p.b, 80);
  for (uint16_t i = 0; i < 200; ++i) {
    const Flow f{{p.b.address, {80}},
                 {Ip4Address::from(10, 0, 0, 9), {static_cast<uint16_t>(5000 + i)}}};
    p.inject(p.b, f, header(flag::kSyn, SeqNumber(100)));
  }
  EXPECT_EQ(p.b.tcp.tables().half_opens.used(), 9u);
  const ConnectionId c = p.connect(p.a, p.b, 80);
  p.run(Duration::ms(20));
  EXPECT_EQ(p.state(p.a, c), State::kEstablished);
  EXPECT_EQ(listener_status(p.b.tcp, l)->acceptable, 1u);
  p.run(Duration::s(200));
  EXPECT_EQ(p.b.tcp.tables().half_opens.used(), 0u);
}

}  // namespace
}  // namespace tapstack::transport::tcp
