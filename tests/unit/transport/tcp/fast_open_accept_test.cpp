#include "transport/tcp/fast_open_accept.h"

#include <gtest/gtest.h>

#include "pair.h"

namespace tapstack::transport::tcp {
namespace {

class FastOpenTest : public ::testing::Test {
 protected:
  FastOpenTest() {
    ask.fast_open_connect = true;
    grant.fast_open_queue = 4;
    listener = p.listen(p.b, 80, 8, grant);
  }
  // A connection that sends `text`, over and done with.
  std::string exchange(const std::string& text) {
    const ConnectionId a = p.connect(p.a, p.b, 80, ask);
    if (!status(p.a.tcp, a)->is_deferred) p.run(Duration::ms(10));
    p.send(p.a, a, text);
    p.run(Duration::ms(1));  // one way
    const ConnectionId b = p.accept(p.b, listener);
    const std::string got = p.receive(p.b, b);
    p.run(Duration::ms(100));
    EXPECT_EQ(p.state(p.b, b), State::kEstablished);
    Context at_a = p.ctx(p.a);
    close(p.a.tcp, at_a, a).ignore();
    Context at_b = p.ctx(p.b);
    close(p.b.tcp, at_b, b).ignore();
    p.run(Duration::ms(100));
    return got;
  }

  Pair p;
  Settings ask, grant;
  ListenerId listener;
};

TEST_F(FastOpenTest, TheFirstConnectionFetchesACookieAndTheSecondBringsTextWithItsSyn) {
  exchange("first");
  EXPECT_EQ(exchange("second"), "second");
  EXPECT_EQ(p.b.counters.value(Mib::kTcpExtTCPFastOpenPassive), 1u);
  EXPECT_EQ(p.a.counters.value(Mib::kTcpExtTCPFastOpenActive), 1u);
}

TEST_F(FastOpenTest, NobodyIsCountedWhenHandshakesAreComplete) {  // RFC 7413 5.1
  exchange("first");
  exchange("second");
  EXPECT_EQ(p.b.tcp.tables().listeners.get(listener)->fast_open_pending, 0u);
}

TEST_F(FastOpenTest, AConnectionThatWasResetIsNotCountedEither) {
  exchange("first");
  const ConnectionId a = p.connect(p.a, p.b, 80, ask);
  p.send(p.a, a, "text");
  p.drop = [](const Seen& s) { return !s.from_a; };
  p.run(Duration::ms(2));
  EXPECT_EQ(p.b.tcp.tables().listeners.get(listener)->fast_open_pending, 1u);
  const ConnectionId b = p.accept(p.b, listener);
  Context at_b = p.ctx(p.b);
  abort(p.b.tcp, at_b, b).ignore();
  EXPECT_EQ(p.b.tcp.tables().listeners.get(listener)->fast_open_pending, 0u);
}

TEST_F(FastOpenTest, AClientMayBeForbiddenTo) {
  set_fast_open(p.a.tcp, {FastOpenMode::kServer});
  EXPECT_EQ(exchange("first"), "first");
  EXPECT_EQ(p.b.counters.value(Mib::kTcpExtTCPFastOpenCookieReqd), 0u);
}

TEST_F(FastOpenTest, AServerMayBeForbiddenTo) {
  set_fast_open(p.b.tcp, {FastOpenMode::kClient});
  exchange("first");
  exchange("second");
  EXPECT_EQ(p.b.counters.value(Mib::kTcpExtTCPFastOpenPassive), 0u);
}

TEST_F(FastOpenTest, MoreThanASegmentOfTextArrivesWhole) {
  exchange("first");
  const ConnectionId a = p.connect(p.a, p.b, 80, ask);
  const std::string text = pattern(30'000);
  const size_t with_syn = p.send(p.a, a, text);
  EXPECT_GT(with_syn, 1000u);
  EXPECT_EQ(p.send(p.a, a, text), 0u);  // until the handshake is complete
  p.run(Duration::ms(1));
  const ConnectionId b = p.accept(p.b, listener);
  std::string got = p.receive(p.b, b);
  EXPECT_EQ(got.size(), with_syn);
  p.run(Duration::ms(2));
  p.send(p.a, a, text.substr(with_syn));
  for (int i = 0; i < 100; ++i) {
    p.run(Duration::ms(2));
    got += p.receive(p.b, b);
  }
  EXPECT_TRUE(got == text);
}

}  // namespace
}  // namespace tapstack::transport::tcp
