#include "transport/tcp/figures.h"

#include <gtest/gtest.h>

#include "by_hand.h"

namespace tapstack::transport::tcp {
namespace {

TEST(TcpFigures, CountTextAndSegmentsOfBothWays) {
  Pair p;
  const Pair::Ends ends = p.establish();
  p.send(p.a, ends.a, "seven b");
  p.run(Duration::ms(100));
  const TcpInfo from = figures_of(p.inside(p.a, ends.a), p.now);
  const TcpInfo to = figures_of(p.inside(p.b, ends.b), p.now);
  EXPECT_EQ(from.bytes_sent, 7u);
  EXPECT_EQ(from.bytes_acked, 7u);
  EXPECT_EQ(to.bytes_received, 7u);
  EXPECT_EQ(from.text_segments_out, 1u);
  EXPECT_EQ(to.text_segments_in, 1u);
  EXPECT_GE(from.srtt_us, 2000u) << "one millisecond each way";
}

TEST(TcpFigures, OfAListenerAreItsQueueAndBacklog) {
  Pair p;
  const ListenerId id = p.listen(p.b, 80, 3);
  p.connect(p.a, p.b, 80);
  p.run(Duration::ms(10));
  const TcpInfo info = figures_of(*p.b.tcp.tables().listeners.get(id));
  EXPECT_EQ(info.state, TcpState::kListen);
  EXPECT_EQ(info.accept_queue, 1u);
  EXPECT_EQ(info.backlog, 3u);
}

}  // namespace
}  // namespace tapstack::transport::tcp
