#include <gtest/gtest.h>

#include <array>

#include "pair.h"

namespace tapstack::transport::tcp {
namespace {

class InputIcmp : public ::testing::Test {
 protected:
  // An ICMP error about the segment of a's connection that begins at `seq`.
  void error(ConnectionId id, SeqNumber seq, Error what, uint32_t mtu = 0) {
    const Flow& flow = p.inside(p.a, id).flow;
    net::IcmpError e;
    e.reporter = flow.remote.address;
    e.source = flow.local.address;
    e.destination = flow.remote.address;
    e.protocol = 6;
    e.error = what;
    e.mtu_bytes = mtu;
    wire::TcpHeader h;
    h.source = flow.local.port;
    h.destination = flow.remote.port;
    h.sequence_number = seq.value();
    wire::emit(std::span(e.quoted), h);
    e.quoted_bytes = 20;
    Context c = p.ctx(p.a);
    p.a.tcp.on_icmp_error(c, p.a.network, e);
  }
  uint32_t path_mtu() const { return p.a.network.route(p.b.address, {}, {}, p.now)->mtu_bytes; }
  Pair p;
};

TEST_F(InputIcmp, AnAttemptFailsWithTheError) {
  p.drop = [](const Seen&) { return true; };
  const ConnectionId c = p.connect(p.a, p.b, 80);
  p.run(Duration::ms(10));
  error(c, p.inside(p.a, c).snd.vars().iss, Error::kHostUnreachable);
  EXPECT_EQ(p.error(p.a, c), Error::kHostUnreachable);
}

TEST_F(InputIcmp, AGuessedSequenceNumberDoesNothing) {  // RFC 5927 4.1
  p.drop = [](const Seen&) { return true; };
  const ConnectionId c = p.connect(p.a, p.b, 80);
  p.run(Duration::ms(10));
  error(c, p.inside(p.a, c).snd.vars().iss + 1, Error::kHostUnreachable);
  EXPECT_EQ(p.state(p.a, c), State::kSynSent);
}

TEST_F(InputIcmp, AnEstablishedConnectionKeepsItAsTheReasonForATimeOut) {
  const auto e = p.establish();
  p.drop = [](const Seen&) { return true; };
  p.send(p.a, e.a, "x");
  p.run(Duration::ms(10));
  error(e.a, p.inside(p.a, e.a).snd.vars().una, Error::kHostUnreachable);
  EXPECT_EQ(p.state(p.a, e.a), State::kEstablished);
  p.run(Duration::s(1500));
  EXPECT_EQ(p.error(p.a, e.a), Error::kHostUnreachable);
}

TEST_F(InputIcmp, ASmallerPathMtuMakesSegmentsSmallerAndSendsThemAgain) {  // RFC 1191 6.4
  const auto e = p.establish();
  p.drop = [](const Seen& s) { return s.text > 960; };
  p.send(p.a, e.a, pattern(5000));
  p.run(Duration::ms(1));
  p.trace.clear();
  error(e.a, p.inside(p.a, e.a).snd.vars().una, Error::kMessageTooLong, 1000);
  p.run(Duration::ms(20));
  EXPECT_EQ(path_mtu(), 1000u);
  ASSERT_FALSE(p.trace.empty());
  EXPECT_EQ(p.trace[0].text, 948u);  // 1000 less headers of 40 and timestamps of 12
  EXPECT_EQ(p.receive(p.b, e.b), pattern(5000));
  EXPECT_EQ(p.a.counters.value(Mib::kTcpExtTCPTimeouts), 0u);
}

TEST_F(InputIcmp, AForgedPathMtuIsNotBelieved) {  // RFC 5927 7.2
  const auto e = p.establish();
  p.drop = [](const Seen&) { return true; };
  p.send(p.a, e.a, pattern(5000));
  p.run(Duration::ms(1));
  const SendVariables& snd = p.inside(p.a, e.a).snd.vars();
  for (const SeqNumber guess : {snd.una - 1, snd.nxt}) {
    error(e.a, guess, Error::kMessageTooLong, 600);
  }
  EXPECT_EQ(path_mtu(), 1500u);
  EXPECT_EQ(p.inside(p.a, e.a).send_mss_bytes, 1460);
  EXPECT_EQ(p.a.counters.value(Mib::kTcpExtOutOfWindowIcmps), 2u);
}

TEST_F(InputIcmp, APathMtuAboutNobodysConnectionIsNotBelieved) {
  const auto e = p.establish();
  Connection& c = p.inside(p.a, e.a);
  const SeqNumber una = c.snd.vars().una;
  const Port port = c.flow.local.port;
  c.flow.local.port = {static_cast<uint16_t>(port.value + 1)};  // what the quote will say
  error(e.a, una, Error::kMessageTooLong, 600);
  c.flow.local.port = port;
  EXPECT_EQ(path_mtu(), 1500u);
  EXPECT_EQ(p.a.counters.value(DropReason::kIcmpQuoteNotOurs), 1u);
}

}  // namespace
}  // namespace tapstack::transport::tcp
