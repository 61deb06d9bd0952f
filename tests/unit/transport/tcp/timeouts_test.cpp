#include "transport/tcp/timeouts.h"

#include <gtest/gtest.h>

#include "pair.h"

namespace tapstack::transport::tcp {
namespace {

namespace flag = wire::tcp_flag;

// RFC 9293 MUST-22, MUST-23: after more than three minutes.
TEST(Timeouts, ASynIsSentEightTimesAndThenGivenUp) {
  Pair p;
  p.drop = [](const Seen&) { return true; };
  const ConnectionId c = p.connect(p.a, p.b, 80);
  p.run(Duration::s(246));
  EXPECT_EQ(p.count(true, flag::kSyn), 8u);
  EXPECT_EQ(p.state(p.a, c), State::kSynSent);
  p.run(Duration::s(2));
  EXPECT_EQ(p.error(p.a, c), Error::kTimedOut);
}

TEST(Timeouts, RetransmissionsBackOff) {
  Pair p;
  const auto e = p.establish();
  p.drop = [](const Seen& s) { return s.from_a; };
  p.trace.clear();
  p.send(p.a, e.a, "x");
  p.run(Duration::s(3));
  ASSERT_GE(p.trace.size(), 4u);
  const Duration first = p.trace[1].at - p.trace[0].at;
  EXPECT_GE(first, Duration::ms(200));
  EXPECT_LT(first, Duration::ms(215));
  // The first was the loss probe (RFC 8985 7.2: where a time-out is due as soon, the probe goes).
  const Duration second = p.trace[2].at - p.trace[1].at;
  const Duration third = p.trace[3].at - p.trace[2].at;
  EXPECT_NEAR(static_cast<double>(second.us()), static_cast<double>(first.us()), 2000);
  EXPECT_NEAR(static_cast<double>(third.us()), static_cast<double>(second.us()) * 2, 2000);
}

// RFC 9293 MUST-20, RFC 1122 4.2.3.5: R2.
TEST(Timeouts, ADeadPeerIsGivenUpAfterFifteenRetransmissions) {
  Pair p;
  const auto e = p.establish();
  p.drop = [](const Seen& s) { return s.from_a; };
  p.send(p.a, e.a, "x");
  p.run(Duration::s(1500));
  EXPECT_EQ(p.error(p.a, e.a), Error::kTimedOut);
  EXPECT_EQ(p.inside(p.a, e.a).figures.retransmits, 15u + 1u) << "and a loss probe";
}

TEST(Timeouts, AfterThreeRetransmissionsThePathIsLookedUpAnew) {  // RFC 9293 MUST-20, SHLD-10: R1
  Pair p;
  const auto e = p.establish();
  p.drop = [](const Seen& s) { return s.from_a; };
  p.send(p.a, e.a, pattern(1000));
  p.run(Duration::ms(700));
  ASSERT_EQ(p.inside(p.a, e.a).figures.retransmits, 2u);
  p.a.network.lower_path_mtu(p.b.address, 600, p.now);
  EXPECT_EQ(p.inside(p.a, e.a).route.mtu_bytes, 1500u);
  p.run(Duration::ms(1000));
  EXPECT_EQ(p.inside(p.a, e.a).route.mtu_bytes, 600u);
}

TEST(Timeouts, UserTimeoutEndsEarlier) {  // RFC 5482
  Pair p;
  Settings s;
  s.user_timeout_ms = 5000;
  const auto e = p.establish(s);
  p.drop = [](const Seen&) { return true; };
  p.send(p.a, e.a, "x");
  p.run(Duration::ms(4900));
  EXPECT_EQ(p.state(p.a, e.a), State::kEstablished);
  p.run(Duration::ms(200));
  EXPECT_EQ(p.error(p.a, e.a), Error::kTimedOut);
}

TEST(Timeouts, AZeroWindowIsProbedForEverWhileItIsAnswered) {  // RFC 9293 MUST-37
  Pair p;
  Settings small;
  small.receive_buffer_bytes = 4000;
  const auto e = p.establish({}, small);
  p.send(p.a, e.a, pattern(20'000));
  p.run(Duration::s(4000));
  ASSERT_EQ(p.state(p.a, e.a), State::kEstablished);
  EXPECT_EQ(p.inside(p.a, e.a).snd.vars().wnd_bytes, 0u);
  EXPECT_GT(p.a.counters.value(Mib::kTcpExtTCPWinProbe), 15u);
  std::string got;
  for (int i = 0; i < 2000 && got.size() < 20'000; ++i) {
    got += p.receive(p.b, e.b);
    p.run(Duration::ms(10));
  }
  EXPECT_EQ(got, pattern(20'000));
}

TEST(Timeouts, AZeroWindowThatIsNotAnsweredIsGivenUp) {
  Pair p;
  Settings small;
  small.receive_buffer_bytes = 4000;
  const auto e = p.establish({}, small);
  p.send(p.a, e.a, pattern(20'000));
  p.run(Duration::s(1));
  p.drop = [](const Seen&) { return true; };
  p.run(Duration::s(2000));
  EXPECT_EQ(p.error(p.a, e.a), Error::kTimedOut);
}

TEST(Timeouts, KeepAliveFindsADeadPeer) {  // RFC 9293 3.8.4
  Pair p;
  Settings s;
  s.keep_alive = true;
  s.keepalive_idle_s = 10;
  s.keepalive_interval_s = 2;
  s.keepalive_probes = 3;
  const auto e = p.establish(s);
  p.run(Duration::s(100));
  EXPECT_EQ(p.state(p.a, e.a), State::kEstablished);  // answered
  p.drop = [](const Seen& x) { return !x.from_a; };
  p.run(Duration::s(20));
  EXPECT_EQ(p.error(p.a, e.a), Error::kTimedOut);
}

// Linux: with TCP_USER_TIMEOUT it is the time that counts, not the probes.
TEST(Timeouts, KeepAliveGivesUpAfterTheUserTimeout) {
  Pair p;
  Settings s;
  s.keep_alive = true;
  s.keepalive_idle_s = 10;
  s.keepalive_interval_s = 2;
  s.keepalive_probes = 100;
  s.user_timeout_ms = 15'000;
  const auto e = p.establish(s);
  p.drop = [](const Seen& x) { return !x.from_a; };
  p.run(Duration::s(13));
  EXPECT_EQ(p.state(p.a, e.a), State::kEstablished);
  p.run(Duration::s(5));
  EXPECT_EQ(p.error(p.a, e.a), Error::kTimedOut);
}

TEST(Timeouts, CorkHoldsForTwoHundredMilliseconds) {
  Pair p;
  Settings s;
  s.cork = true;
  const auto e = p.establish(s);
  p.send(p.a, e.a, "held");
  p.run(Duration::ms(190));
  EXPECT_EQ(p.receive(p.b, e.b), "");
  p.run(Duration::ms(20));
  EXPECT_EQ(p.receive(p.b, e.b), "held");
}

}  // namespace
}  // namespace tapstack::transport::tcp
