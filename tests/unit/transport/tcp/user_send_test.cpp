// SEND: RFC 9293 3.10.2.
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <vector>

#include "by_hand.h"
#include "transport/tcp/burst.h"

namespace tapstack::transport::tcp {
namespace {

class UserSend : public ::testing::Test {
 protected:
  Error send_error(ConnectionId id) {
    Context c = p.ctx(p.a);
    const uint8_t byte[] = {'x'};
    const mem::ConstBytes part(byte);
    const auto n = tcp::send(p.a.tcp, c, id, {&part, 1}, {});
    return n.ok() ? Error::kNone : n.error();
  }
  // Fills `text` in place; how many bytes there was room for.
  size_t reserve(ConnectionId id, const std::string& text) {
    Context c = p.ctx(p.a);
    std::array<mem::Bytes, 8> spans;
    const auto n = reserve_send(p.a.tcp, c, id, text.size(), spans);
    if (!n.ok()) return 0;
    size_t filled = 0;
    for (size_t i = 0; i < *n; ++i) {
      const size_t part = std::min(spans[i].size(), text.size() - filled);
      std::memcpy(spans[i].data(), text.data() + filled, part);
      filled += part;
    }
    return filled;
  }
  Status commit(ConnectionId id, size_t bytes) {
    Context c = p.ctx(p.a);
    return commit_send(p.a.tcp, c, id, bytes, {});
  }
  Pair p;
  Pair::Ends e = p.establish();
};

TEST_F(UserSend, SeveralPartsAreOneText) {
  Context c = p.ctx(p.a);
  const uint8_t bytes[] = {'a', 'b', 'c'};
  const mem::ConstBytes parts[] = {{bytes, 1}, {}, {bytes + 1, 2}};
  EXPECT_EQ(*tcp::send(p.a.tcp, c, e.a, parts, {}), 3u);
  p.run(Duration::ms(5));
  EXPECT_EQ(p.receive(p.b, e.b), "abc");
}

TEST_F(UserSend, BeforeTheHandshakeItWouldBlock) {
  const ConnectionId c = p.connect(p.a, p.b, 80);
  EXPECT_EQ(send_error(c), Error::kWouldBlock);
  p.run(Duration::ms(10));
  EXPECT_TRUE(p.events(p.a, c).has(Event::kWritable));
  EXPECT_EQ(send_error(c), Error::kNone);
}

TEST_F(UserSend, AfterShutdownThePipeIsBroken) {
  Context c = p.ctx(p.a);
  ASSERT_TRUE(shutdown_send(p.a.tcp, c, e.a).ok());
  EXPECT_EQ(send_error(e.a), Error::kBrokenPipe);
}

TEST_F(UserSend, AfterAResetTheErrorIsToldOnceThenThePipeIsBroken) {
  Context c = p.ctx(p.b);
  ASSERT_TRUE(abort(p.b.tcp, c, e.b).ok());
  p.run(Duration::ms(5));
  EXPECT_EQ(send_error(e.a), Error::kConnectionReset);
  EXPECT_EQ(send_error(e.a), Error::kBrokenPipe);
}

TEST_F(UserSend, AFailedAttemptWasNeverConnected) {
  const ConnectionId c = p.connect(p.a, p.b, 81);
  p.run(Duration::ms(10));
  EXPECT_EQ(p.error(p.a, c), Error::kConnectionRefused);
  EXPECT_EQ(send_error(c), Error::kNotConnected);
}

TEST_F(UserSend, SoSndbufAndOneBufferBoundTheQueue) {
  Settings s;
  s.send_buffer_bytes = 10'000;
  Context c = p.ctx(p.a);
  ASSERT_TRUE(change_settings(p.a.tcp, c, e.a, s).ok());
  const size_t queued = p.send(p.a, e.a, pattern(300'000));
  EXPECT_GE(queued, 10'000u);
  EXPECT_LT(queued, 10'000u + 2 * kBurstTextBytesMax) << "the second began with what was sent";
  EXPECT_EQ(send_error(e.a), Error::kWouldBlock);
  EXPECT_FALSE(status(p.a.tcp, e.a)->is_writable);
  p.run(Duration::ms(200));
  EXPECT_TRUE(p.events(p.a, e.a).has(Event::kWritable));
  EXPECT_TRUE(status(p.a.tcp, e.a)->is_writable);
}

TEST_F(UserSend, ATinySoSndbufHoldsABuffer) {
  Settings s;
  s.send_buffer_bytes = 1000;
  Context c = p.ctx(p.a);
  ASSERT_TRUE(change_settings(p.a.tcp, c, e.a, s).ok());
  EXPECT_EQ(p.send(p.a, e.a, pattern(3000)), 3000u);
  EXPECT_EQ(send_error(e.a), Error::kNone) << "the buffer goes on";
  p.run(Duration::ms(10));
  EXPECT_EQ(p.receive(p.b, e.b).size(), 3001u);
}

TEST_F(UserSend, WithoutMemoryItTakesWhatFits) {
  std::vector<mem::Chain> hogs;
  for (mem::Chain c; p.a.memory.new_chain(2048, c, mem::Priority::kData); c = {}) hogs.push_back(c);
  EXPECT_EQ(send_error(e.a), Error::kWouldBlock);
  p.a.memory.free_chain(hogs.back());
  hogs.pop_back();
  EXPECT_GT(p.send(p.a, e.a, pattern(10'000)), 1000u);
  for (mem::Chain& c : hogs) p.a.memory.free_chain(c);
}

TEST_F(UserSend, ReservedBytesAreFilledInPlaceAndSent) {
  const std::string text = pattern(5000);
  ASSERT_EQ(reserve(e.a, text), 5000u);
  ASSERT_TRUE(commit(e.a, 4000).ok());
  p.run(Duration::ms(10));
  EXPECT_EQ(p.receive(p.b, e.b), text.substr(0, 4000));
  p.run(Duration::ms(50));
  EXPECT_EQ(p.a.memory.blocks_used(), 0u);
}

TEST_F(UserSend, CommittingNothingGivesTheReservedBytesBack) {
  ASSERT_EQ(reserve(e.a, pattern(5000)), 5000u);
  ASSERT_TRUE(commit(e.a, 0).ok());
  EXPECT_EQ(p.a.memory.blocks_used(), 0u);
  EXPECT_FALSE(p.a.tcp.has_output(p.a.device));
}

TEST_F(UserSend, AReservationIsBoundedByTheQueuesRoomAndTheSpans) {
  Settings s;
  s.send_buffer_bytes = 3000;
  Context c = p.ctx(p.a);
  ASSERT_TRUE(change_settings(p.a.tcp, c, e.a, s).ok());
  std::array<mem::Bytes, 1> span;
  ASSERT_TRUE(reserve_send(p.a.tcp, c, e.a, 5000, span).ok());
  EXPECT_LT(span[0].size(), 5000u);
  ASSERT_TRUE(commit(e.a, 0).ok());
  const size_t queued = p.send(p.a, e.a, pattern(300'000));
  EXPECT_LT(queued, 300'000u);
  EXPECT_EQ(reserve_send(p.a.tcp, c, e.a, 10, span).error(), Error::kWouldBlock);
  ASSERT_TRUE(commit(e.a, 0).ok());
}

TEST_F(UserSend, AReservationForAConnectionThatEndsMeanwhileIsGivenBack) {
  ASSERT_EQ(reserve(e.a, pattern(100)), 100u);
  Context c = p.ctx(p.a);
  ASSERT_TRUE(abort(p.a.tcp, c, e.a).ok());
  EXPECT_EQ(commit(e.a, 100).error(), Error::kBadHandle);
  EXPECT_EQ(p.a.memory.blocks_used(), 0u);
}

TEST_F(UserSend, MoreIsHeldBackForASegmentOr200Milliseconds) {  // MSG_MORE
  p.trace.clear();
  p.send(p.a, e.a, "head", {.more = true});
  p.run(Duration::ms(100));
  EXPECT_TRUE(p.trace.empty());
  p.send(p.a, e.a, "body");
  p.run(Duration::ms(10));
  EXPECT_EQ(p.receive(p.b, e.b), "headbody");
  p.send(p.a, e.a, "tail", {.more = true});
  p.run(Duration::ms(250));
  EXPECT_EQ(p.receive(p.b, e.b), "tail");
}

}  // namespace
}  // namespace tapstack::transport::tcp
