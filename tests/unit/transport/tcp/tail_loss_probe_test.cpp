#include "transport/tcp/tail_loss_probe.h"

#include <gtest/gtest.h>

namespace tapstack::transport::tcp {
namespace {

using Verdict = TailLossProbe::Verdict;
constexpr SeqNumber kEnd(5000);

TEST(TailLossProbe, TheTimeOutIsTwoRoundTrips) {  // RFC 8985 7.2
  EXPECT_EQ(probe_timeout(Duration::ms(50), false), Duration::ms(102));
}

// A peer that waits for its processor answers late, and nothing was lost.
TEST(TailLossProbe, OnAShortPathTheTimeOutIsWhatAPeersSchedulerTakes) {
  EXPECT_EQ(probe_timeout(Duration::us(100), false), Duration::ms(10));
  EXPECT_EQ(probe_timeout(Duration::ms(4), false), Duration::ms(10));
  EXPECT_EQ(probe_timeout(Duration::ms(5), false), Duration::ms(12));
}

TEST(TailLossProbe, ASingleSegmentsAckMayBeDelayed) {
  EXPECT_EQ(probe_timeout(Duration::ms(50), true), Duration::ms(300));
}

TEST(TailLossProbe, WithoutASampleItIsTheInitialTimeOut) {
  EXPECT_EQ(probe_timeout(Duration(), false), Duration::s(1));
}

TEST(TailLossProbe, AnAckBelowItsEndSaysNothing) {
  TailLossProbe p;
  p.on_probe_sent(kEnd, true);
  EXPECT_EQ(p.on_ack(SeqNumber(4999), false, false), Verdict::kNothing);
  EXPECT_TRUE(p.is_outstanding());
}

TEST(TailLossProbe, ADsackShowsThatItWasNeedless) {  // 7.4.2 (b)
  TailLossProbe p;
  p.on_probe_sent(kEnd, true);
  EXPECT_EQ(p.on_ack(kEnd, false, false), Verdict::kNothing);
  EXPECT_EQ(p.on_ack(kEnd, true, false), Verdict::kNeedless);
  EXPECT_FALSE(p.is_outstanding());
}

TEST(TailLossProbe, ADuplicateAckOfTheEndShowsItWithoutDsack) {  // (c)
  TailLossProbe p;
  p.on_probe_sent(kEnd, true);
  p.on_ack(kEnd, false, false);
  EXPECT_EQ(p.on_ack(kEnd, false, true), Verdict::kNeedless);
}

TEST(TailLossProbe, AnAckPastTheEndWithoutThemShowsThatItRepairedALoss) {  // (d)
  TailLossProbe p;
  p.on_probe_sent(kEnd, true);
  p.on_ack(kEnd, false, false);
  EXPECT_EQ(p.on_ack(kEnd + 1000, false, false), Verdict::kRepaired);
}

TEST(TailLossProbe, NewTextRepairedNothing) {  // (a)
  TailLossProbe p;
  p.on_probe_sent(kEnd, false);
  EXPECT_EQ(p.on_ack(kEnd, false, false), Verdict::kNeedless);
}

}  // namespace
}  // namespace tapstack::transport::tcp
