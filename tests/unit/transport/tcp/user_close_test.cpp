// CLOSE and ABORT: RFC 9293 3.10.4 and 3.10.5.
#include <gtest/gtest.h>

#include "by_hand.h"

namespace tapstack::transport::tcp {
namespace {

class UserClose : public ::testing::Test {
 protected:
  UserClose() { p.trace.clear(); }
  Pair p;
  Pair::Ends e = p.establish();
  Context ca = p.ctx(p.a), cb = p.ctx(p.b);
};

TEST_F(UserClose, TheIdIsStaleAfterwards) {
  ASSERT_TRUE(close(p.a.tcp, ca, e.a).ok());
  EXPECT_EQ(close(p.a.tcp, ca, e.a).error(), Error::kBadHandle);
  EXPECT_EQ(abort(p.a.tcp, ca, e.a).error(), Error::kBadHandle);
  EXPECT_EQ(shutdown_send(p.a.tcp, ca, e.a).error(), Error::kBadHandle);
  EXPECT_EQ(shutdown_receive(p.a.tcp, ca, e.a).error(), Error::kBadHandle);
}

TEST_F(UserClose, AClosedOneReportsNoEvents) {
  p.send(p.b, e.b, "x");
  p.run(Duration::ms(5));
  ASSERT_TRUE(close(p.a.tcp, ca, e.a).ok());
  EXPECT_TRUE(p.events(p.a, e.a).is_empty());
}

TEST_F(UserClose, ShutdownNeedsAConnection) {
  const ConnectionId c = p.connect(p.a, p.b, 81);
  EXPECT_EQ(shutdown_send(p.a.tcp, ca, c).error(), Error::kNotConnected);
  EXPECT_EQ(shutdown_receive(p.a.tcp, ca, c).error(), Error::kNotConnected);
}

TEST_F(UserClose, ShuttingTwiceSendsOneFin) {
  ASSERT_TRUE(shutdown_send(p.a.tcp, ca, e.a).ok());
  ASSERT_TRUE(shutdown_send(p.a.tcp, ca, e.a).ok());
  p.run(Duration::ms(20));
  EXPECT_EQ(p.count(true, flag::kFin), 1u);
}

TEST_F(UserClose, AfterShutdownOfReceivingTextThatComesCanBeReadAndThenTheStreamEnds) {
  ASSERT_TRUE(shutdown_receive(p.b.tcp, cb, e.b).ok());
  EXPECT_TRUE(status(p.b.tcp, e.b)->peer_closed);
  p.send(p.a, e.a, pattern(5000));
  p.run(Duration::ms(100));
  EXPECT_TRUE(p.inside(p.a, e.a).snd.vars().is_all_acked());
  EXPECT_EQ(p.receive(p.b, e.b), pattern(5000));
  uint8_t octet;
  const mem::Bytes part(&octet, 1);
  const auto end = receive(p.b.tcp, cb, e.b, {&part, 1}, {});
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(*end, 0u);
}

TEST_F(UserClose, AbortSendsARstAndLosesWhatIsQueued) {
  p.send(p.a, e.a, "never");
  ASSERT_TRUE(abort(p.a.tcp, ca, e.a).ok());
  p.run(Duration::ms(5));
  ASSERT_EQ(p.trace.size(), 1u);
  EXPECT_EQ(p.trace[0].flags, flag::kRst | flag::kAck);
  EXPECT_EQ(p.error(p.b, e.b), Error::kConnectionReset);
  EXPECT_EQ(p.a.tcp.tables().connections.used(), 0u);
}

TEST_F(UserClose, AnAttemptThatIsAbandonedIsNotReset) {  // RFC 9293 3.10.4, SYN-SENT
  p.drop = [](const Seen&) { return true; };
  const ConnectionId c = p.connect(p.a, p.b, 80);
  p.run(Duration::ms(5));
  ASSERT_TRUE(close(p.a.tcp, ca, c).ok());
  p.run(Duration::s(5));
  EXPECT_EQ(p.count(true, flag::kRst), 0u);
  EXPECT_EQ(p.a.tcp.tables().connections.used(), 1u) << "the established one";
}

TEST_F(UserClose, OneThatTheProgramHadShutStillTimesOutInFinWait2) {
  ASSERT_TRUE(shutdown_send(p.a.tcp, ca, e.a).ok());
  p.run(Duration::ms(10));
  ca.now = p.now;
  ASSERT_TRUE(close(p.a.tcp, ca, e.a).ok());
  p.run(Duration::s(61));
  EXPECT_EQ(p.a.tcp.tables().connections.used(), 0u);
}

}  // namespace
}  // namespace tapstack::transport::tcp
