// RECEIVE: RFC 9293 3.10.3.
#include <gtest/gtest.h>

#include <array>

#include "by_hand.h"

namespace tapstack::transport::tcp {
namespace {

class UserReceive : public ::testing::Test {
 protected:
  UserReceive() { p.trace.clear(); }
  Connection& at_b() { return p.inside(p.b, e.b); }
  Result<size_t> receive(std::string& out, const ReceiveFlags& flags = {}) {
    Context c = p.ctx(p.b);
    out.assign(100, '\0');
    const mem::Bytes part(reinterpret_cast<uint8_t*>(out.data()), out.size());
    const auto n = tcp::receive(p.b.tcp, c, e.b, {&part, 1}, flags);
    out.resize(n.ok() ? *n : 0);
    return n;
  }
  void send(const std::string& text, const SendFlags& flags = {}) {
    p.send(p.a, e.a, text, flags);
    p.run(Duration::ms(5));
  }
  Status consume(size_t n) {
    Context c = p.ctx(p.b);
    return tcp::consume(p.b.tcp, c, e.b, n);
  }
  Pair p;
  Pair::Ends e = p.establish();
  std::string got;
};

TEST_F(UserReceive, PeekingLeavesTheText) {
  send("abc");
  ASSERT_TRUE(receive(got, {.peek = true}).ok());
  EXPECT_EQ(got, "abc");
  ASSERT_TRUE(receive(got).ok());
  EXPECT_EQ(got, "abc");
  EXPECT_EQ(receive(got).error(), Error::kWouldBlock);
}

TEST_F(UserReceive, TheEndOfTheStreamIsZeroBytesAgainAndAgain) {
  send("last");
  Context c = p.ctx(p.a);
  ASSERT_TRUE(shutdown_send(p.a.tcp, c, e.a).ok());
  p.run(Duration::ms(5));
  EXPECT_EQ(*receive(got), 4u);
  EXPECT_EQ(*receive(got), 0u);
  EXPECT_EQ(*receive(got), 0u);
}

TEST_F(UserReceive, AnErrorIsToldOnceAfterTheText) {
  send("kept");
  p.inject(p.b, at_b().flow, header(flag::kRst, at_b().rcv.vars().nxt));
  EXPECT_EQ(*receive(got), 4u);
  EXPECT_EQ(receive(got).error(), Error::kConnectionReset);
  EXPECT_EQ(*receive(got), 0u);
}

TEST_F(UserReceive, StopsBeforeTheUrgentOctet) {  // RFC 6093, sockatmark()
  send("ab!", {.urgent = true});
  send("cd");
  ASSERT_TRUE(receive(got).ok());
  EXPECT_EQ(got, "ab");
  EXPECT_TRUE(status(p.b.tcp, e.b)->at_urgent_mark);
  EXPECT_EQ(*receive(got, {.urgent = true}), 1u);
  EXPECT_EQ(got, "!");
  EXPECT_EQ(receive(got, {.urgent = true}).error(), Error::kInvalid);
  ASSERT_TRUE(receive(got).ok());
  EXPECT_EQ(got, "cd");
}

TEST_F(UserReceive, WithOobInlineTheUrgentOctetIsOneOfTheOthers) {
  Settings s;
  s.oob_inline = true;
  Context c = p.ctx(p.b);
  ASSERT_TRUE(change_settings(p.b.tcp, c, e.b, s).ok());
  send("ab!", {.urgent = true});
  ASSERT_TRUE(receive(got).ok());
  EXPECT_EQ(got, "ab");
  ASSERT_TRUE(receive(got).ok());
  EXPECT_EQ(got, "!");
  EXPECT_EQ(receive(got, {.urgent = true}).error(), Error::kInvalid);
}

TEST_F(UserReceive, SpansShowTheQueueInPlaceAndTheUrgentOctetInIt) {
  send("ab!", {.urgent = true});
  std::array<mem::ConstBytes, 4> spans;
  ASSERT_EQ(peek_spans(p.b.tcp, p.b.memory, e.b, spans), 1u);
  EXPECT_EQ(spans[0].size(), 3u);
  EXPECT_EQ(status(p.b.tcp, e.b)->urgent_offset, 2u);
  EXPECT_EQ(consume(4).error(), Error::kInvalid);
  ASSERT_TRUE(consume(2).ok());
  EXPECT_EQ(status(p.b.tcp, e.b)->urgent_offset, 0u);
  ASSERT_TRUE(consume(1).ok());
  EXPECT_FALSE(status(p.b.tcp, e.b)->urgent_offset);
}

TEST_F(UserReceive, AnUrgentOctetThatIsAnnouncedOnlyIsNotThereYet) {  // RFC 9293 3.8.5
  wire::TcpHeader h = header(flag::kAck | flag::kUrg, at_b().rcv.vars().nxt, at_b().snd.vars().una);
  h.urgent_pointer = 3;
  wire::TcpOptions options;
  options.timestamps = wire::TcpTimestamps{at_b().timestamps.recent(), 0};
  p.inject(p.b, at_b().flow, h, options);
  EXPECT_EQ(status(p.b.tcp, e.b)->urgent_offset, 2u);
  EXPECT_FALSE(status(p.b.tcp, e.b)->has_urgent);
  EXPECT_EQ(receive(got, {.urgent = true}).error(), Error::kWouldBlock);
}

TEST_F(UserReceive, ReadingOpensAClosedWindow) {  // RFC 9293 3.8.6.2.2
  Settings small;
  small.receive_buffer_bytes = 8000;
  Context c = p.ctx(p.b);
  const ConnectionId x = p.connect(p.a, p.b, 80);
  change_settings(p.b.tcp, e.listener, small).ignore();
  const ConnectionId late = p.connect(p.a, p.b, 80);
  p.run(Duration::ms(10));
  p.accept(p.b, e.listener);
  const ConnectionId y = p.accept(p.b, e.listener);
  p.send(p.a, late, pattern(20'000));
  p.run(Duration::s(1));
  EXPECT_EQ(p.inside(p.b, y).rcv.vars().wnd_bytes(), 0u);
  EXPECT_EQ(p.b.counters.value(Mib::kTcpExtTCPToZeroWindowAdv), 1u);
  EXPECT_EQ(p.b.counters.value(Mib::kTcpExtTCPFromZeroWindowAdv), 0u);
  p.trace.clear();
  EXPECT_EQ(p.receive(p.b, y, 4000).size(), 4000u);
  p.run(Duration::ms(10));
  EXPECT_EQ(p.b.counters.value(Mib::kTcpExtTCPFromZeroWindowAdv), 1u);
  ASSERT_FALSE(p.trace.empty());
  EXPECT_FALSE(p.trace[0].from_a);
  EXPECT_GT(p.trace[0].wnd, 0u);
  abort(p.a.tcp, c, x).ignore();
}

TEST_F(UserReceive, SmallSegmentsHoldLittleMoreMemoryThanTheirText) {
  constexpr uint32_t kLimit = 60'000;
  at_b().rcv.set_limit(kLimit);
  at_b().settings.receive_buffer_bytes = kLimit;
  const uint32_t before = static_cast<uint32_t>(p.b.memory.blocks_used());
  std::string sent;
  for (int i = 0; i < 100; ++i) {
    const std::string text = pattern(600);
    wire::TcpOptions o;
    o.timestamps = wire::TcpTimestamps{at_b().timestamps.recent(), 0};
    p.inject(p.b, at_b().flow, header(flag::kAck, at_b().rcv.vars().nxt, at_b().snd.vars().nxt), o,
             text);
    sent += text;
  }
  ASSERT_EQ(status(p.b.tcp, e.b)->readable_bytes, kLimit);
  const uint32_t held = static_cast<uint32_t>(p.b.memory.blocks_used()) - before;
  EXPECT_LE(held * kConfig.block_bytes, 2 * kLimit);
  EXPECT_EQ(p.receive(p.b, e.b), sent);
}

}  // namespace
}  // namespace tapstack::transport::tcp
