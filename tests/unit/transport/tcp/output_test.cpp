#include "transport/tcp/output.h"

#include <gtest/gtest.h>

#include "pair.h"

namespace tapstack::transport::tcp {
namespace {

TEST(Output, NagleHoldsTheSecondSmallSegment) {  // RFC 9293 3.7.4
  Pair p;
  const auto e = p.establish();
  p.trace.clear();
  p.send(p.a, e.a, "one");
  p.run(Duration::us(0));
  p.send(p.a, e.a, "two");
  p.run(Duration::us(0));
  EXPECT_EQ(p.trace.size(), 1u);
  p.run(Duration::ms(60));
  EXPECT_EQ(p.receive(p.b, e.b), "onetwo");
}

TEST(Output, NoDelaySendsAtOnce) {
  Pair p;
  Settings s;
  s.no_delay = true;
  const auto e = p.establish(s);
  p.trace.clear();
  p.send(p.a, e.a, "one");
  p.run(Duration::us(0));
  p.send(p.a, e.a, "two");
  p.run(Duration::us(0));
  EXPECT_EQ(p.trace.size(), 2u);
}

TEST(Output, TheFirstBurstIsTheInitialWindow) {  // RFC 6928
  Pair p;
  const auto e = p.establish();
  p.trace.clear();
  p.send(p.a, e.a, pattern(60'000));
  p.run(Duration::us(0));
  EXPECT_EQ(p.trace.size(), 10u);
  for (const Seen& s : p.trace) EXPECT_EQ(s.text, 1448u);
}

TEST(Output, OneLossIsRepairedWithinARoundTrip) {
  Pair p;
  const auto e = p.establish();
  int n = 0;
  p.drop = [&](const Seen& s) { return s.from_a && s.text > 0 && ++n == 3; };
  p.send(p.a, e.a, pattern(14'480));
  p.run(Duration::ms(10));
  EXPECT_EQ(p.receive(p.b, e.b), pattern(14'480));
  EXPECT_EQ(p.a.counters.value(Mib::kTcpExtTCPTimeouts), 0u);
  EXPECT_LE(p.inside(p.a, e.a).figures.retransmits, 2u);  // RFC 6675 NextSeg() (4) may rescue
}

TEST(Output, RecordsStayApartWhenTheyGoAgain) {  // MSG_EOR
  Pair p;
  Settings s;
  s.no_delay = true;
  const auto e = p.establish(s);
  p.trace.clear();
  bool is_first_time = true;
  p.drop = [&](const Seen& seen) { return is_first_time && seen.from_a && seen.text > 0; };
  for (int i = 0; i < 3; ++i) p.send(p.a, e.a, pattern(100), {.ends_record = true});
  p.run(Duration::us(0));
  is_first_time = false;
  p.run(Duration::s(2));
  EXPECT_EQ(p.receive(p.b, e.b).size(), 300u);
  for (const Seen& seen : p.trace) EXPECT_TRUE(seen.text == 0 || seen.text == 100) << seen.text;
  EXPECT_EQ(p.a.tcp.tables().marks.used(), 0u);
}

TEST(Output, ASendIsReportedWhenItGoesAndWhenItIsAcknowledged) {  // SO_TIMESTAMPING
  Pair p;
  const auto e = p.establish();
  const Instant sent_at = p.now;
  p.send(p.a, e.a, pattern(3000), {.reports = SendReport::kSent | SendReport::kAcked});
  p.run(Duration::us(0));
  EXPECT_TRUE(status(p.a.tcp, e.a)->has_send_report);
  const auto sent = take_send_report(p.a.tcp, e.a);
  ASSERT_TRUE(sent.ok());
  EXPECT_EQ(sent->what, SendReport::kSent);
  EXPECT_EQ(sent->position, 2999u);
  EXPECT_EQ(sent->at, sent_at);
  p.run(Duration::ms(50));
  const auto acked = take_send_report(p.a.tcp, e.a);
  ASSERT_TRUE(acked.ok());
  EXPECT_EQ(acked->what, SendReport::kAcked);
  EXPECT_EQ(acked->at, sent_at + Duration::ms(2));
  EXPECT_EQ(take_send_report(p.a.tcp, e.a).error(), Error::kWouldBlock);
}

TEST(Output, UrgentTextCarriesThePointer) {
  Pair p;
  const auto e = p.establish();
  p.trace.clear();
  p.send(p.a, e.a, "abc!", {.urgent = true});
  p.run(Duration::ms(5));
  ASSERT_FALSE(p.trace.empty());
  EXPECT_TRUE(p.trace[0].has(wire::tcp_flag::kUrg));
  EXPECT_EQ(p.trace[0].urgent, 4);
  EXPECT_EQ(p.receive(p.b, e.b), "abc");
  EXPECT_TRUE(status(p.b.tcp, e.b)->at_urgent_mark);
}

}  // namespace
}  // namespace tapstack::transport::tcp
