#include "transport/tcp/ecn.h"

#include <gtest/gtest.h>

#include "by_hand.h"

namespace tapstack::transport::tcp {
namespace {

using wire::EcnCodepoint;

Ecn agreed() {
  Ecn e;
  e.start(true);
  return e;
}

TEST(Ecn, EchoesFromAMarkUntilCwr) {  // RFC 3168 6.1.3
  Ecn e = agreed();
  EXPECT_FALSE(e.on_text(EcnCodepoint::kEct0, false));
  EXPECT_FALSE(e.must_echo());
  EXPECT_TRUE(e.on_text(EcnCodepoint::kCe, false)) << "acknowledged at once";
  EXPECT_FALSE(e.on_text(EcnCodepoint::kEct0, false));
  EXPECT_TRUE(e.must_echo());
  EXPECT_TRUE(e.on_text(EcnCodepoint::kEct0, true));
  EXPECT_FALSE(e.must_echo());
}

TEST(Ecn, AMarkOnTheSegmentWithCwrIsANewOne) {
  Ecn e = agreed();
  e.on_text(EcnCodepoint::kCe, false);
  EXPECT_TRUE(e.on_text(EcnCodepoint::kCe, true));
  EXPECT_TRUE(e.must_echo());
}

TEST(Ecn, ReducesOncePerWindow) {  // RFC 3168 6.1.2
  Ecn e = agreed();
  EXPECT_TRUE(e.on_echo(SeqNumber(100), SeqNumber(1000)));
  EXPECT_FALSE(e.on_echo(SeqNumber(200), SeqNumber(1200)));
  EXPECT_FALSE(e.on_echo(SeqNumber(1000), SeqNumber(2000)));
  EXPECT_TRUE(e.on_echo(SeqNumber(1001), SeqNumber(2000)));
}

TEST(Ecn, SaysCwrOnceAfterAReduction) {
  Ecn e = agreed();
  EXPECT_FALSE(e.take_cwr());
  e.on_echo(SeqNumber(100), SeqNumber(1000));
  EXPECT_TRUE(e.take_cwr());
  EXPECT_FALSE(e.take_cwr());
}

TEST(Ecn, TheReductionForALossIsOneForAnEchoToo) {
  Ecn e = agreed();
  e.on_reduced(SeqNumber(1000));
  EXPECT_FALSE(e.on_echo(SeqNumber(500), SeqNumber(1000)));
  EXPECT_TRUE(e.take_cwr());
}

TEST(Ecn, DoesNothingWithoutAgreement) {
  Ecn e;
  e.on_reduced(SeqNumber(1000));
  EXPECT_FALSE(e.on_text(EcnCodepoint::kCe, false));
  EXPECT_FALSE(e.must_echo());
  EXPECT_FALSE(e.on_echo(SeqNumber(100), SeqNumber(1000)));
  EXPECT_FALSE(e.take_cwr());
}

TEST(Ecn, WhoAsksAndWhoAcceptsAgree) {
  Pair p;
  set_ecn_mode(p.a.tcp, EcnMode::kAsk);
  const auto ends = p.establish();
  EXPECT_TRUE(info(p.a.tcp, p.now, ends.a)->ecn);
  EXPECT_TRUE(info(p.b.tcp, p.now, ends.b)->ecn);
}

TEST(Ecn, WhoIsOffDoesNotAgree) {
  Pair p;
  set_ecn_mode(p.a.tcp, EcnMode::kAsk);
  set_ecn_mode(p.b.tcp, EcnMode::kOff);
  EXPECT_FALSE(info(p.a.tcp, p.now, p.establish().a)->ecn);
}

TEST(Ecn, ASynCookieKeepsIt) {
  Pair p;
  set_ecn_mode(p.a.tcp, EcnMode::kAsk);
  const ListenerId l = p.listen(p.b, 80, 1);
  for (uint16_t port : {5000, 5001}) {
    const Flow f{{p.b.address, {80}}, {Ip4Address::from(10, 0, 0, 9), {port}}};
    p.inject(p.b, f, header(flag::kSyn, SeqNumber(100)));
  }
  p.connect(p.a, p.b, 80);
  p.run(Duration::ms(20));
  EXPECT_TRUE(info(p.b.tcp, p.now, p.accept(p.b, l))->ecn);
}

}  // namespace
}  // namespace tapstack::transport::tcp
