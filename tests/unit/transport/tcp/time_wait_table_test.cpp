#include "transport/tcp/time_wait_table.h"

#include <gtest/gtest.h>

#include "by_hand.h"

namespace tapstack::transport::tcp {
namespace {

class TimeWaitTable : public ::testing::Test {
 protected:
  Tables& t() { return p.a.tcp.tables(); }
  Flow flow(uint16_t port) { return {{p.a.address, {port}}, {p.b.address, {80}}}; }
  mem::Index add(uint16_t port) {
    TimeWait record;
    record.flow = flow(port);
    Context c = p.ctx(p.a);
    add_time_wait(t(), c, record);
    return find(t(), record.flow).time_wait;
  }
  size_t used() { return t().time_waits.used(); }
  Pair p;
};

TEST_F(TimeWaitTable, ARecordLastsTwoMsl) {  // RFC 9293 3.4.2: MSL, 30 s here
  add(1000);
  p.run(Duration::s(59));
  EXPECT_EQ(used(), 1u);
  p.run(Duration::s(1));
  EXPECT_EQ(used(), 0u);
  EXPECT_TRUE(find(t(), flow(1000)).is_none());
}

TEST_F(TimeWaitTable, OneTimerServesThemInOrder) {
  add(1000);
  p.run(Duration::s(10));
  const mem::Index second = add(1001);
  p.run(Duration::s(50));
  EXPECT_EQ(used(), 1u);
  EXPECT_EQ(find(t(), flow(1001)).time_wait, second);
  p.run(Duration::s(10));
  EXPECT_EQ(used(), 0u);
}

TEST_F(TimeWaitTable, ARestartedOneGoesLast) {
  const mem::Index first = add(1000);
  add(1001);
  p.run(Duration::s(30));
  Context c = p.ctx(p.a);
  restart_time_wait(t(), c, first);
  p.run(Duration::s(30));
  EXPECT_EQ(used(), 1u);
  EXPECT_EQ(find(t(), flow(1000)).time_wait, first);
}

TEST_F(TimeWaitTable, TheOldestGivesWayWhenItIsFull) {
  for (uint16_t i = 0; i <= kConfig.tcp_time_waits; ++i) add(static_cast<uint16_t>(1000 + i));
  EXPECT_EQ(used(), kConfig.tcp_time_waits);
  EXPECT_TRUE(find(t(), flow(1000)).is_none());
  EXPECT_EQ(p.a.counters.value(Mib::kTcpExtTCPTimeWaitOverflow), 1u);
}

TEST_F(TimeWaitTable, ItsAckSaysWhatIsExpected) {  // <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>
  TimeWait record;
  record.flow = flow(1000);
  record.route = *p.a.network.route(p.b.address, {}, {}, p.now);
  record.snd_nxt = SeqNumber(11);
  record.rcv_nxt = SeqNumber(22);
  record.window = 33;
  record.timestamps = true;
  record.timestamp_recent = 44;
  Context c = p.ctx(p.a);
  send_time_wait_ack(c, p.a.network, record);
  p.run(Duration::ms(10));
  ASSERT_FALSE(p.trace.empty());
  EXPECT_EQ(p.trace[0].flags, flag::kAck);
  EXPECT_EQ(p.trace[0].seq, SeqNumber(11));
  EXPECT_EQ(p.trace[0].ack, SeqNumber(22));
  EXPECT_EQ(p.trace[0].wnd, 33u);
  EXPECT_EQ(p.trace[0].options.timestamps->echo_reply, 44u);
}

}  // namespace
}  // namespace tapstack::transport::tcp
