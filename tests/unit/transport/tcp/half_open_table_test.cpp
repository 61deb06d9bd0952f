#include "transport/tcp/half_open_table.h"

#include <gtest/gtest.h>

#include <vector>

#include "by_hand.h"

namespace tapstack::transport::tcp {
namespace {

class HalfOpenTable : public ::testing::Test {
 protected:
  HalfOpenTable() {
    p.drop = [](const Seen& s) { return !s.from_a; };  // a would answer with RST
  }
  void syn(uint16_t from_port = 4000) {
    const Flow f{{p.b.address, {80}}, {p.a.address, {from_port}}};
    p.inject(p.b, f, header(flag::kSyn, SeqNumber(100)));
  }
  size_t used() const { return p.b.tcp.tables().half_opens.used(); }
  Pair p;
  ListenerId listener = p.listen(p.b, 80);
};

TEST_F(HalfOpenTable, TheSynAckIsRepeatedWithDoublingTimeouts) {  // RFC 6298 5.5
  syn();
  p.run(Duration::s(120));
  ASSERT_EQ(p.trace.size(), 6u);  // and tcp_synack_retries 5
  std::vector<int64_t> gaps_s;
  for (size_t i = 1; i < p.trace.size(); ++i) {
    const Duration gap = p.trace[i].at - p.trace[i - 1].at;
    gaps_s.push_back((gap.us() + 500'000) / 1'000'000);  // the first waited for its neighbour
  }
  EXPECT_EQ(gaps_s, (std::vector<int64_t>{1, 2, 4, 8, 16}));
  EXPECT_EQ(used(), 0u);
  EXPECT_EQ(p.b.counters.value(Mib::kTcpAttemptFails), 1u);
  EXPECT_TRUE(p.b.timers.next_deadline() > p.now + Duration::s(60)) << "no timer is left";
}

TEST_F(HalfOpenTable, ItsWindowFieldIsNotScaled) {  // RFC 7323 2.2
  syn();
  EXPECT_EQ(p.trace.at(0).wnd, std::min<uint32_t>(65'535, kConfig.tcp_receive_buffer_bytes));
}

TEST_F(HalfOpenTable, AListenersShareIsBoundedByItsBacklog) {
  for (uint16_t i = 0; i < 20; ++i) syn(static_cast<uint16_t>(4000 + i));
  EXPECT_EQ(used(), 9u);  // backlog 8 and one, as Linux
  EXPECT_EQ(p.b.counters.value(Mib::kTcpExtSyncookiesSent), 11u);
}

TEST_F(HalfOpenTable, AllListenersTogetherFillTheTableAndNoMore) {
  for (uint16_t port : {81, 82}) {
    p.listen(p.b, port);
    for (uint16_t i = 0; i < 9; ++i) {
      p.inject(p.b, {{p.b.address, {port}}, {p.a.address, {static_cast<uint16_t>(4000 + i)}}},
               header(flag::kSyn, SeqNumber(1)));
    }
  }
  EXPECT_EQ(used(), kConfig.tcp_half_open);
}

TEST_F(HalfOpenTable, AListenerThatGoesTakesItsOwnAlong) {
  p.listen(p.b, 81);
  syn();
  p.inject(p.b, {{p.b.address, {81}}, {p.a.address, {4000}}}, header(flag::kSyn, SeqNumber(1)));
  ASSERT_EQ(used(), 2u);
  Context c = p.ctx(p.b);
  ASSERT_TRUE(close_listener(p.b.tcp, c, listener).ok());
  EXPECT_EQ(used(), 1u);
}

}  // namespace
}  // namespace tapstack::transport::tcp
