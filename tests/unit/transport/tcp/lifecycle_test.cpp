// Every way through the states of RFC 9293 3.3.2, figure 5.
#include "transport/tcp/lifecycle.h"

#include <gtest/gtest.h>

#include "pair.h"

namespace tapstack::transport::tcp {
namespace {

namespace flag = wire::tcp_flag;

class Lifecycle : public ::testing::Test {
 protected:
  void close_a() {
    Context c = p.ctx(p.a);
    ASSERT_TRUE(close(p.a.tcp, c, e.a).ok());
  }
  void shut(Host& h, ConnectionId id) {
    Context c = p.ctx(h);
    ASSERT_TRUE(shutdown_send(h.tcp, c, id).ok());
  }
  void expect_nothing_left() {
    for (Host* h : {&p.a, &p.b}) {
      EXPECT_EQ(h->tcp.tables().connections.used(), 0u);
      EXPECT_EQ(h->tcp.tables().time_waits.used(), 0u);
      EXPECT_EQ(h->memory.blocks_used(), 0u);
      EXPECT_EQ(h->memory.packets_used(), 0u);
    }
  }
  Pair p;
  Pair::Ends e = p.establish();
};

TEST_F(Lifecycle, HalfCloseLetsTheOtherSideGoOn) {
  shut(p.a, e.a);
  p.run(Duration::ms(5));
  EXPECT_EQ(p.state(p.a, e.a), State::kFinWait2);
  EXPECT_EQ(p.state(p.b, e.b), State::kCloseWait);
  p.send(p.b, e.b, "still here");
  p.run(Duration::ms(5));
  EXPECT_EQ(p.receive(p.a, e.a), "still here");
  shut(p.b, e.b);
  p.run(Duration::ms(5));
  EXPECT_EQ(p.a.tcp.tables().time_waits.used(), 1u);
  EXPECT_EQ(p.state(p.b, e.b), State::kClosed);
  EXPECT_EQ(p.error(p.b, e.b), Error::kNone);
}

TEST_F(Lifecycle, FinInFinWait1MovesToClosing) {
  shut(p.a, e.a);
  shut(p.b, e.b);
  p.run(Duration::us(1500));  // the FINs have crossed, the ACKs are on the way
  EXPECT_EQ(p.state(p.a, e.a), State::kClosing);
  EXPECT_EQ(p.state(p.b, e.b), State::kClosing);
  p.run(Duration::ms(5));
  EXPECT_EQ(p.a.tcp.tables().time_waits.used(), 1u);
  EXPECT_EQ(p.b.tcp.tables().time_waits.used(), 1u);
}

TEST_F(Lifecycle, TimeWaitExpiresAndNothingIsLeft) {
  close_a();
  p.run(Duration::ms(10));
  Context c = p.ctx(p.b);
  ASSERT_TRUE(close(p.b.tcp, c, e.b).ok());
  p.run(Duration::s(59));
  EXPECT_EQ(p.a.tcp.tables().time_waits.used(), 1u);
  p.run(Duration::s(2));
  expect_nothing_left();
}

TEST_F(Lifecycle, AnOrphanInFinWait2TimesOut) {
  close_a();
  p.run(Duration::ms(10));
  EXPECT_EQ(p.a.tcp.tables().connections.used(), 1u);
  p.run(Duration::s(61));
  EXPECT_EQ(p.a.tcp.tables().connections.used(), 0u);
}

TEST_F(Lifecycle, TextAfterCloseIsReset) {
  close_a();
  p.run(Duration::ms(10));
  p.send(p.b, e.b, "too late");
  p.run(Duration::ms(10));
  EXPECT_EQ(p.error(p.b, e.b), Error::kBrokenPipe);
  EXPECT_EQ(p.a.tcp.tables().connections.used(), 0u);
}

TEST_F(Lifecycle, CloseWithUnreadTextResets) {  // RFC 2525 2.17
  p.send(p.b, e.b, "unread");
  p.run(Duration::ms(10));
  close_a();
  p.run(Duration::ms(10));
  EXPECT_EQ(p.error(p.b, e.b), Error::kConnectionReset);
}

TEST_F(Lifecycle, LingerZeroResets) {
  Settings s;
  s.linger_s = 0;
  Context c = p.ctx(p.a);
  ASSERT_TRUE(change_settings(p.a.tcp, c, e.a, s).ok());
  close_a();
  p.run(Duration::ms(10));
  EXPECT_EQ(p.count(true, flag::kRst), 1u);
  EXPECT_EQ(p.error(p.b, e.b), Error::kConnectionReset);
}

TEST_F(Lifecycle, CloseSendsWhatIsQueuedFirst) {
  const std::string text = pattern(50'000);
  size_t sent = p.send(p.a, e.a, text);
  ASSERT_EQ(sent, text.size());
  close_a();
  std::string got;
  for (int i = 0; i < 200; ++i) {
    p.run(Duration::ms(1));
    got += p.receive(p.b, e.b);
  }
  EXPECT_EQ(got, text);
  EXPECT_TRUE(status(p.b.tcp, e.b)->peer_closed);
}

TEST_F(Lifecycle, ALostFinIsSentAgain) {
  int lost = 0;
  p.drop = [&](const Seen& s) { return s.has(flag::kFin) && lost++ == 0; };
  close_a();
  p.run(Duration::s(1));
  EXPECT_EQ(p.state(p.b, e.b), State::kCloseWait);
}

TEST_F(Lifecycle, ALostLastAckIsRepeatedFromTimeWait) {
  close_a();
  p.run(Duration::ms(10));
  int acks = 0;
  p.drop = [&](const Seen& s) { return s.from_a && acks++ == 0; };
  shut(p.b, e.b);
  p.run(Duration::ms(10));
  EXPECT_EQ(p.state(p.b, e.b), State::kLastAck);
  p.run(Duration::s(1));
  EXPECT_EQ(p.state(p.b, e.b), State::kClosed);
}

TEST_F(Lifecycle, ManyConnectionsComeAndGo) {
  close_a();
  p.run(Duration::ms(10));
  Context c = p.ctx(p.b);
  close(p.b.tcp, c, e.b).ignore();
  for (int i = 0; i < 100; ++i) {
    const ConnectionId x = p.connect(p.a, p.b, 80);
    p.run(Duration::ms(10));
    const ConnectionId y = p.accept(p.b, e.listener);
    Context ca = p.ctx(p.a), cb = p.ctx(p.b);
    ASSERT_TRUE(close(p.a.tcp, ca, x).ok());
    ASSERT_TRUE(close(p.b.tcp, cb, y).ok());
    p.run(Duration::ms(20));
  }
  p.run(Duration::s(61));
  expect_nothing_left();
}

TEST(SimultaneousOpen, BothEndsBecomeEstablished) {  // RFC 9293 3.5, figure 8
  Pair p;
  const ConnectionId x = p.connect(p.a, p.b, 2000, {}, 1000);
  const ConnectionId y = p.connect(p.b, p.a, 1000, {}, 2000);
  p.run(Duration::ms(20));
  ASSERT_EQ(p.state(p.a, x), State::kEstablished);
  ASSERT_EQ(p.state(p.b, y), State::kEstablished);
  p.send(p.a, x, "hello");
  p.run(Duration::ms(10));
  EXPECT_EQ(p.receive(p.b, y), "hello");
}

}  // namespace
}  // namespace tapstack::transport::tcp
