#include "transport/tcp/retransmit_timers.h"

#include <gtest/gtest.h>

#include "pair.h"

namespace tapstack::transport::tcp {
namespace {

constexpr uint32_t kFullText = 1448;  // of a full segment with timestamps

// Everything that a sends is lost; the round trip is 2 ms.
class RetransmitTimers : public ::testing::Test {
 protected:
  void send(uint32_t segments) {
    p.drop = [](const Seen& s) { return s.from_a; };
    p.send(p.a, e.a, pattern(segments * kFullText));
    p.run(Duration::us(0));
  }
  Connection& at_a() { return p.inside(p.a, e.a); }
  Instant at(Deadline d) { return at_a().deadlines.at(d); }
  template <typename F>
  void with_work(F f) {
    Context c = p.ctx(p.a);
    Work w = work_on(p.a.tcp.tables(), c, e.a.index);
    f(w);
  }

  Pair p;
  Pair::Ends e = p.establish();
};

TEST_F(RetransmitTimers, TheTimeOutCountsFromTheTransmission) {  // RFC 6298 5.1
  send(5);
  EXPECT_EQ(at(Deadline::kRetransmit), p.now + at_a().rtt.rto());
}

TEST_F(RetransmitTimers, TheProbeIsDueAfterTwoRoundTrips) {  // RFC 8985 7.2
  send(5);
  EXPECT_EQ(at(Deadline::kLossProbe), p.now + at_a().rtt.srtt() * 2 + Duration::ms(2));
}

TEST_F(RetransmitTimers, TheProbeIsDueNoLaterThanTheTimeOut) {
  send(1);
  EXPECT_EQ(at(Deadline::kLossProbe), at(Deadline::kRetransmit));
}

TEST_F(RetransmitTimers, NothingIsOutstandingNothingIsDue) {
  with_work([](Work& w) { start_retransmit_timers(w); });
  EXPECT_FALSE(at_a().deadlines.is_set(Deadline::kRetransmit));
  EXPECT_FALSE(at_a().deadlines.is_set(Deadline::kLossProbe));
}

TEST_F(RetransmitTimers, FewSegmentsAreTimedFromTheOldest) {  // RFC 7765 3
  send(3);
  const Instant before = at(Deadline::kRetransmit);
  p.run(Duration::ms(1));
  with_work([](Work& w) { start_retransmit_timers(w); });
  EXPECT_EQ(at(Deadline::kRetransmit), before);
}

TEST_F(RetransmitTimers, ManySegmentsAreTimedAnew) {  // RFC 6298 5.3
  send(4);
  p.run(Duration::ms(1));
  with_work([](Work& w) { start_retransmit_timers(w); });
  EXPECT_EQ(at(Deadline::kRetransmit), p.now + at_a().rtt.rto());
}

TEST_F(RetransmitTimers, TheProgramsLimitComesFirst) {  // RFC 5482
  at_a().settings.user_timeout_ms = 50;
  send(5);
  EXPECT_EQ(at(Deadline::kRetransmit), p.now + Duration::ms(50));
}

TEST_F(RetransmitTimers, AfterATimeOutTakenBackItCountsFromTheTransmission) {
  send(5);
  const Instant sent_at = p.now;
  p.run(Duration::ms(1));
  with_work([](Work& w) { set_retransmit_timer(w, w.ctx.now + Duration::s(8)); });
  with_work([](Work& w) { bring_retransmit_timer_forward(w); });
  EXPECT_LE(at(Deadline::kRetransmit), sent_at + at_a().rtt.rto() + Duration::ms(1));
}

}  // namespace
}  // namespace tapstack::transport::tcp
