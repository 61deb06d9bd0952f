#include <gtest/gtest.h>

#include <vector>

#include "pair.h"

namespace tapstack::transport::tcp {
namespace {

TEST(InputText, ExhaustedMemoryRecoversWhenItComesBack) {
  Pair p;
  const auto e = p.establish();
  std::vector<mem::Chain> hogs;
  for (mem::Chain c; p.b.memory.new_chain(2048, c, mem::Priority::kData); c = {}) hogs.push_back(c);
  ASSERT_FALSE(hogs.empty());
  p.send(p.a, e.a, pattern(20'000));
  p.run(Duration::s(3));
  EXPECT_EQ(p.receive(p.b, e.b), "");
  EXPECT_GT(p.b.counters.value(DropReason::kTcpReceiveQueueFull), 0u);
  for (mem::Chain& c : hogs) p.b.memory.free_chain(c);
  std::string got;
  for (int i = 0; i < 100; ++i) {
    p.run(Duration::ms(100));
    got += p.receive(p.b, e.b);
  }
  EXPECT_EQ(got, pattern(20'000));
}

TEST(InputText, AHoleIsReportedBySackAtOnce) {  // RFC 2018, RFC 5681 4.2
  Pair p;
  const auto e = p.establish();
  p.drop = [first = true](const Seen& s) mutable {
    const bool lose = s.from_a && s.text > 0 && first;
    if (lose) first = false;
    return lose;
  };
  p.trace.clear();
  p.send(p.a, e.a, pattern(2896));
  p.run(Duration::us(1500));
  ASSERT_EQ(p.trace.size(), 3u);
  ASSERT_EQ(p.trace[2].options.sack_block_count, 1);
  EXPECT_EQ(p.trace[2].options.sack_blocks[0].left_edge, p.trace[1].seq.value());
  EXPECT_EQ(p.trace[2].options.sack_blocks[0].right_edge, p.trace[1].seq.value() + 1448);
}

TEST(InputText, AFinBeforeTheTextWaitsForIt) {
  Pair p;
  const auto e = p.establish();
  p.drop = [first = true](const Seen& s) mutable {
    const bool lose = s.from_a && s.text > 0 && first;
    if (lose) first = false;
    return lose;
  };
  p.send(p.a, e.a, pattern(2000));
  Context c = p.ctx(p.a);
  ASSERT_TRUE(shutdown_send(p.a.tcp, c, e.a).ok());
  p.run(Duration::ms(2));  // before RACK's window is over
  EXPECT_EQ(p.state(p.b, e.b), State::kEstablished);
  p.run(Duration::s(1));
  EXPECT_EQ(p.state(p.b, e.b), State::kCloseWait);
  EXPECT_EQ(p.receive(p.b, e.b), pattern(2000));
}

}  // namespace
}  // namespace tapstack::transport::tcp
