#include "transport/tcp/sender.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace tapstack::transport::tcp {
namespace {

class SenderTest : public ::testing::Test {
 protected:
  SenderTest() {
    s.start(SeqNumber(99));
    s.on_syn_sent();
    s.on_ack(*memory, SeqNumber(100));
  }
  ~SenderTest() override {
    s.clear(*memory);
    EXPECT_EQ(memory->blocks_used(), 0u);
  }
  void queue(const std::string& t) {
    ASSERT_TRUE(s.queue_copy(*memory, {reinterpret_cast<const uint8_t*>(t.data()), t.size()}));
  }
  std::string take(uint32_t n, bool fin = false) {
    mem::Chain c;
    EXPECT_TRUE(s.take_new(*memory, n, fin, c));
    return text(c);
  }
  std::string text(mem::Chain c) {
    std::string out(c.length, '\0');
    memory->chain_copy_out(c, 0, {reinterpret_cast<uint8_t*>(out.data()), out.size()});
    memory->free_chain(c);
    return out;
  }
  std::unique_ptr<mem::PacketMemory> memory = std::make_unique<mem::PacketMemory>();
  Sender s;
};

TEST_F(SenderTest, SendsInOrderAndKeepsForRetransmission) {
  queue("abcdefgh");
  EXPECT_EQ(take(3), "abc");
  EXPECT_EQ(take(3), "def");
  EXPECT_EQ(s.vars().nxt, SeqNumber(106));
  mem::Chain again;
  ASSERT_TRUE(s.share_sent(*memory, {SeqNumber(102), SeqNumber(105)}, again));
  EXPECT_EQ(text(again), "cde");
}

TEST_F(SenderTest, AnAckFreesWhatItCovers) {
  queue("abcdef");
  take(6);
  EXPECT_EQ(s.on_ack(*memory, SeqNumber(104)).text_bytes, 4u);
  EXPECT_EQ(s.queued_bytes(), 2u);
  mem::Chain again;
  ASSERT_TRUE(s.share_sent(*memory, {SeqNumber(104), SeqNumber(106)}, again));
  EXPECT_EQ(text(again), "ef");
}

TEST_F(SenderTest, RetransmissionsGoOnWhereTheLastOneEndedAlsoAfterAnAck) {
  std::string all;
  for (int i = 0; i < 40; ++i) {
    const std::string piece(kConfig.block_bytes, static_cast<char>('a' + i % 26));
    queue(piece);
    take(static_cast<uint32_t>(piece.size()));
    all += piece;
  }
  const auto again = [&](uint32_t begin, uint32_t end) {
    mem::Chain c;
    EXPECT_TRUE(s.share_sent(*memory, {SeqNumber(100 + begin), SeqNumber(100 + end)}, c));
    EXPECT_EQ(text(c), all.substr(begin, end - begin));
  };
  const auto block = static_cast<uint32_t>(kConfig.block_bytes);
  again(20 * block + 5, 22 * block + 5);
  again(22 * block + 5, 23 * block);
  s.on_ack(*memory, SeqNumber(100 + 10 * block + 3));
  again(23 * block, 30 * block);
  again(11 * block, 12 * block);  // back
  s.on_ack(*memory, SeqNumber(100 + 35 * block));
  again(36 * block, 40 * block);
}

TEST_F(SenderTest, TheFinTakesASequenceNumber) {
  queue("ab");
  take(2, true);
  EXPECT_EQ(s.vars().nxt, SeqNumber(103));
  EXPECT_FALSE(s.on_ack(*memory, SeqNumber(102)).fin);
  EXPECT_TRUE(s.on_ack(*memory, SeqNumber(103)).fin);
}

TEST_F(SenderTest, AnOldSegmentDoesNotMoveTheWindow) {  // SND.WL1, SND.WL2
  s.start_window(SeqNumber(500), SeqNumber(100), 1000);
  s.on_window(SeqNumber(499), SeqNumber(100), 7);
  EXPECT_EQ(s.vars().wnd_bytes, 1000u);
  s.on_window(SeqNumber(500), SeqNumber(100), 9);
  EXPECT_EQ(s.vars().wnd_bytes, 9u);
  EXPECT_EQ(s.vars().max_wnd_bytes, 1000u);
}

TEST_F(SenderTest, UrgentPointsBehindTheLastOctetQueued) {  // RFC 6093
  queue("abc");
  s.mark_urgent();
  EXPECT_EQ(s.vars().up, SeqNumber(103));
  take(3);
  s.on_ack(*memory, SeqNumber(103));
  EXPECT_FALSE(s.vars().has_urgent);
}

}  // namespace
}  // namespace tapstack::transport::tcp
