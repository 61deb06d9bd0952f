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

}  // namespace
}  // namespace tapstack::transport::tcp
