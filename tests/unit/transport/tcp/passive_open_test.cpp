#include "transport/tcp/passive_open.h"

#include <gtest/gtest.h>

#include "by_hand.h"

namespace tapstack::transport::tcp {
namespace {

// A listener whose SYN queue is full of SYNs from nowhere.
class UnderAttack : public ::testing::Test {
 protected:
  UnderAttack() {
    for (uint16_t port : {5000, 5001}) {
      const Flow f{{p.b.address, {80}}, {Ip4Address::from(10, 0, 0, 9), {port}}};
      p.inject(p.b, f, header(flag::kSyn, SeqNumber(100)));
    }
  }
  uint64_t counted(Mib m) const { return p.b.counters.value(m); }
  Pair p;
  ListenerId listener = p.listen(p.b, 80, 1);
};

TEST_F(UnderAttack, ACookieKeepsNothingUntilItComesBack) {
  p.drop = [](const Seen& s) { return s.from_a && s.has(flag::kAck); };
  p.connect(p.a, p.b, 80);
  p.run(Duration::ms(20));
  EXPECT_EQ(counted(Mib::kTcpExtSyncookiesSent), 1u);
  EXPECT_EQ(p.b.tcp.tables().half_opens.used(), 2u);
  EXPECT_EQ(p.b.tcp.tables().connections.used(), 0u);
}

TEST_F(UnderAttack, ACookieThatComesBackMakesAConnectionWithItsOptions) {
  const ConnectionId a = p.connect(p.a, p.b, 80);
  p.run(Duration::ms(20));
  EXPECT_EQ(counted(Mib::kTcpExtSyncookiesRecv), 1u);
  const ConnectionId b = p.accept(p.b, listener);
  const TcpInfo info = *tcp::info(p.b.tcp, p.now, b);
  EXPECT_TRUE(info.sack && info.timestamps && info.window_scaling);
  EXPECT_EQ(info.send_scale, p.inside(p.a, a).agreed.receive_shift);
  EXPECT_EQ(p.inside(p.b, b).agreed.peer_mss_bytes, 1460);
  const std::string text = pattern(200'000);
  EXPECT_EQ(p.transfer(p.a, a, p.b, b, text, Duration::s(5)), text);
}

TEST_F(UnderAttack, TextThatComesWithTheCookieIsKept) {
  const Flow flow = towards_b(p);
  p.drop = [](const Seen& s) { return !s.from_a; };
  p.inject(p.b, flow, header(flag::kSyn, SeqNumber(100)));
  const SeqNumber iss = p.trace.back().seq;
  p.inject(p.b, flow, header(flag::kAck, SeqNumber(101), iss + 1), {}, "early");
  EXPECT_EQ(p.receive(p.b, p.accept(p.b, listener)), "early");
}

TEST_F(UnderAttack, AnInventedCookieIsCountedAndReset) {
  const Flow flow = towards_b(p);
  p.drop = [](const Seen& s) { return !s.from_a; };
  p.inject(p.b, flow, header(flag::kSyn, SeqNumber(100)));
  p.inject(p.b, flow, header(flag::kAck, SeqNumber(101), p.trace.back().seq + 1000));
  EXPECT_EQ(counted(Mib::kTcpExtSyncookiesFailed), 1u);
  EXPECT_EQ(p.trace.back().flags, flag::kRst);
}

TEST_F(UnderAttack, WithAFullAcceptQueueTheCookieIsLost) {
  for (int i = 0; i < 2; ++i) p.connect(p.a, p.b, 80);
  p.run(Duration::ms(20));
  const Flow flow = towards_b(p);
  const SeqNumber iss = p.b.tcp.tables().cookies.make(flow, SeqNumber(100), 1460, p.now);
  p.trace.clear();
  p.inject(p.b, flow, header(flag::kAck, SeqNumber(101), iss + 1));
  EXPECT_EQ(p.b.counters.value(DropReason::kTcpAcceptQueueFull), 1u);
  EXPECT_TRUE(p.trace.empty());
}

TEST(PassiveOpen, AListenerThatSentNoCookieTakesNone) {  // nothing to guess at
  Pair p;
  p.listen(p.b, 80, 1);
  const Flow flow = towards_b(p);
  const SeqNumber iss = p.b.tcp.tables().cookies.make(flow, SeqNumber(100), 1460, p.now);
  p.inject(p.b, flow, header(flag::kAck, SeqNumber(101), iss + 1));
  EXPECT_EQ(p.b.tcp.tables().connections.used(), 0u);
  EXPECT_EQ(p.trace.at(0).flags, flag::kRst);
}

}  // namespace
}  // namespace tapstack::transport::tcp
