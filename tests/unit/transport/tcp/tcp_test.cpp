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
  EXPECT_FALSE(p.a.tcp.is_drained());
  p.run(Duration::ms(10));
  EXPECT_TRUE(p.a.tcp.is_drained());
}

}  // namespace
}  // namespace tapstack::transport::tcp
