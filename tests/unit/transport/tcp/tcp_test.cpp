// Whole connections between two ends.
#include "transport/tcp/tcp.h"

#include <gtest/gtest.h>

#include "pair.h"

namespace tapstack::transport::tcp {
namespace {

TEST(Tcp, CarriesTextBothWays) {
  Pair p;
  const auto e = p.establish();
  EXPECT_EQ(p.send(p.a, e.a, "question"), 8u);
  p.run(Duration::ms(5));
  EXPECT_EQ(p.receive(p.b, e.b), "question");
  p.send(p.b, e.b, "answer");
  p.run(Duration::ms(5));
  EXPECT_EQ(p.receive(p.a, e.a), "answer");
}

TEST(Tcp, CarriesABigTransferWithoutARetransmission) {
  Pair p;
  const auto e = p.establish();
  const std::string text = pattern(300'000);
  EXPECT_EQ(p.transfer(p.a, e.a, p.b, e.b, text, Duration::s(20)), text);
  EXPECT_EQ(p.inside(p.a, e.a).figures.retransmits, 0u);
}

TEST(Tcp, SendsSuperframesWhenTheDeviceCutsThem) {
  Pair p({.can_segment = true});
  const auto e = p.establish();
  const std::string text = pattern(300'000);
  EXPECT_EQ(p.transfer(p.a, e.a, p.b, e.b, text, Duration::s(20)), text);
  uint32_t largest = 0;
  for (const Seen& s : p.trace) largest = std::max(largest, s.text);
  EXPECT_GT(largest, 20'000u);
  p.run(Duration::ms(50));
  const uint32_t segments = (300'000 + 1447) / 1448;
  EXPECT_GE(p.a.counters.value(Mib::kTcpOutSegs), segments) << "each counts, not the superframe";
  EXPECT_GE(p.a.counters.value(Mib::kTcpExtTCPOrigDataSent), segments);
  EXPECT_GE(p.a.counters.value(Mib::kTcpExtTCPDelivered), segments);
}

TEST(Tcp, RepairsOnePercentOfLoss) {
  Pair p;
  const auto e = p.establish();
  uint32_t n = 0;
  p.drop = [&](const Seen&) { return ++n % 97 == 0; };
  const std::string text = pattern(400'000);
  EXPECT_EQ(p.transfer(p.a, e.a, p.b, e.b, text, Duration::s(60)), text);
  EXPECT_GT(p.inside(p.a, e.a).figures.retransmits, 0u);
}

TEST(Tcp, RepairsHeavyLossAndReordering) {
  Pair p;
  const auto e = p.establish();
  Random random;
  p.drop = [&](const Seen&) { return random.below(10) == 0; };
  p.extra_delay = [&](const Seen&) { return Duration::us(random.below(4000)); };
  const std::string text = pattern(200'000);
  EXPECT_EQ(p.transfer(p.a, e.a, p.b, e.b, text, Duration::s(600)), text);
}

TEST(Tcp, ConnectsToOneself) {
  Pair p;
  const ListenerId l = p.listen(p.a, 80);
  const ConnectionId c = p.connect(p.a, p.a, 80);
  p.run(Duration::ms(10));
  const ConnectionId d = p.accept(p.a, l);
  ASSERT_EQ(p.state(p.a, c), State::kEstablished);
  const std::string text = pattern(100'000);
  EXPECT_EQ(p.transfer(p.a, c, p.a, d, text, Duration::s(5)), text);
}

TEST(Tcp, AnIdleConnectionHasNoTimer) {
  Pair p;
  const auto e = p.establish();
  p.send(p.a, e.a, "x");
  p.run(Duration::s(2));
  EXPECT_TRUE(p.inside(p.a, e.a).deadlines.earliest().is_never());
  EXPECT_TRUE(p.inside(p.b, e.b).deadlines.earliest().is_never());
}

TEST(Tcp, IsDrainedWhenTheFinIsAcknowledged) {
  Pair p;
  const auto e = p.establish();
  Context c = p.ctx(p.a);
  p.send(p.a, e.a, "last words");
  ASSERT_TRUE(close(p.a.tcp, c, e.a).ok());
  EXPECT_FALSE(p.a.tcp.is_drained(p.now));
  p.run(Duration::ms(10));
  EXPECT_TRUE(p.a.tcp.is_drained(p.now));
}

// `a` has read what `b` sent, and closed.
class ClosedTowardsASender : public ::testing::Test {
 protected:
  void SetUp() override {
    Context c = p.ctx(p.a);
    p.send(p.b, e.b, "so far");
    p.run(Duration::ms(10));
    p.receive(p.a, e.a);
    ASSERT_TRUE(close(p.a.tcp, c, e.a).ok());
  }

  Pair p;
  const Pair::Ends e = p.establish();
};

// RFC 1122 4.2.2.13: who goes on sending learns that nobody reads.
TEST_F(ClosedTowardsASender, IsNotDrainedBeforeThePeerHasItsReset) {
  p.run(Duration::ms(10));
  EXPECT_FALSE(p.a.tcp.is_drained(p.now));
  p.send(p.b, e.b, "more");
  p.run(Duration::ms(10));
  EXPECT_TRUE(p.a.tcp.is_drained(p.now));
  EXPECT_TRUE(p.trace.back().has(wire::tcp_flag::kRst));
}

TEST_F(ClosedTowardsASender, IsDrainedSoonWhenThePeerIsSilent) {
  p.run(Duration::ms(180));
  EXPECT_FALSE(p.a.tcp.is_drained(p.now));
  p.run(Duration::ms(20));
  EXPECT_TRUE(p.a.tcp.is_drained(p.now));
}

// The device of `a` goes away: nobody fetches its output any more.
class LostInterface : public ::testing::Test {
 protected:
  void remove() {
    Context c = p.ctx(p.a);
    ASSERT_TRUE(net::remove_interface(c, p.a.network, p.a.device).ok());
  }
  void take_down() {
    link::InterfaceSettings s = p.a.network.interface(p.a.device)->settings;
    s.is_up = false;
    Context c = p.ctx(p.a);
    ASSERT_TRUE(net::change_interface(c, p.a.network, p.a.device, s).ok());
  }
  void lose() {
    Context c = p.ctx(p.a);
    ASSERT_TRUE(p.a.tcp.has_stranded_output(p.a.network));
    p.a.tcp.lose_stranded_output(c, p.a.network);
    EXPECT_FALSE(p.a.tcp.has_stranded_output(p.a.network));
    EXPECT_FALSE(p.a.tcp.has_output(p.a.device));
  }
  Pair p;
  Pair::Ends e = p.establish();
};

TEST_F(LostInterface, ARstThatWaitsForItEndsItsConnection) {
  remove();
  Context c = p.ctx(p.a);
  ASSERT_TRUE(abort(p.a.tcp, c, e.a).ok());
  lose();
  EXPECT_EQ(p.a.tcp.tables().connections.used(), 0u);
  EXPECT_EQ(p.a.counters.value(DropReason::kInterfaceUnknown), 1u);
  EXPECT_EQ(p.a.memory.packets_used(), 0u);
}

TEST_F(LostInterface, ARstIsLostToOneThatIsDown) {
  Context c = p.ctx(p.a);
  ASSERT_TRUE(abort(p.a.tcp, c, e.a).ok());
  take_down();
  lose();
  EXPECT_EQ(p.a.tcp.tables().connections.used(), 0u);
  EXPECT_EQ(p.a.counters.value(DropReason::kInterfaceDown), 1u);
}

TEST_F(LostInterface, TextThatWaitsForItTimesOut) {
  remove();
  p.send(p.a, e.a, pattern(50'000));
  const Instant end = p.now + Duration::s(1200);
  while (p.now < end && p.a.tcp.tables().connections.at(e.a.index).state != State::kClosed) {
    if (p.a.tcp.has_stranded_output(p.a.network)) lose();
    p.run(Duration::s(1));
  }
  EXPECT_EQ(p.error(p.a, e.a), Error::kNetworkUnreachable);
  EXPECT_EQ(p.a.memory.blocks_used(), 0u);
}

TEST_F(LostInterface, AnOutageIsSurvived) {
  p.send(p.a, e.a, pattern(20'000));
  take_down();
  lose();
  p.run(Duration::ms(100));
  link::InterfaceSettings s = p.a.network.interface(p.a.device)->settings;
  s.is_up = true;
  Context c = p.ctx(p.a);
  ASSERT_TRUE(net::change_interface(c, p.a.network, p.a.device, s).ok());
  p.run(Duration::s(2));
  EXPECT_EQ(p.receive(p.b, e.b), pattern(20'000));
}

TEST_F(LostInterface, OneThatIsUpIsLeftAlone) {
  p.send(p.a, e.a, "x");
  EXPECT_FALSE(p.a.tcp.has_stranded_output(p.a.network));
  Context c = p.ctx(p.a);
  p.a.tcp.lose_stranded_output(c, p.a.network);
  EXPECT_TRUE(p.a.tcp.has_output(p.a.device));
}

}  // namespace
}  // namespace tapstack::transport::tcp
