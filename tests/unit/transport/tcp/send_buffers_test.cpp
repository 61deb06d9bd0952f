#include "transport/tcp/send_buffers.h"

#include <gtest/gtest.h>

namespace tapstack::transport::tcp {
namespace {

constexpr SeqNumber kBegin(1);

// A queue of 42,000 octets and buffers of 25 segments of 1000, for a window of 50,000.
SendSpace empty_queue() {
  SendSpace s;
  s.end = kBegin;
  s.limit_bytes = 42'000;
  s.buffer_bytes = 25'000;
  s.push_bytes = 25'000;
  return s;
}

TEST(SendBuffers, ABufferIsBegunWhileTheQueueIsBelowItsLimitAndIsThenFilled) {
  EXPECT_EQ(SendBuffers().room(empty_queue(), 61'000), 50'000u);
}

TEST(SendBuffers, WhatAFullBufferSendsAtOnceMakesRoomInIt) {
  SendSpace s = empty_queue();
  s.sendable_bytes = 10'000;
  EXPECT_EQ(SendBuffers().room(s, 61'000), 60'000u) << "35,000 with the first, which goes on";
}

TEST(SendBuffers, TheLastBufferIsFilledWhateverIsQueued) {
  SendBuffers b;
  SendSpace s = empty_queue();
  s.limit_bytes = 1'000;
  ASSERT_EQ(b.room(s, 4'000), 4'000u);
  b.on_queued(s, 4'000);
  s.end = kBegin + 4'000;
  s.queued_bytes = s.unsent_bytes = 4'000;
  EXPECT_EQ(b.room(s, 61'000), 21'000u);
}

TEST(SendBuffers, ABufferThatHasGoneOutTakesNoMore) {
  SendBuffers b;
  SendSpace s = empty_queue();
  s.limit_bytes = 4'000;
  b.on_queued(s, 4'000);
  s.end = kBegin + 4'000;
  s.queued_bytes = 4'000;
  EXPECT_EQ(b.room(s, 1), 0u);
  s.queued_bytes = 3'999;
  EXPECT_EQ(b.room(s, 1), 1u);
}

TEST(SendBuffers, BehindSoMuchUnsentNoBufferIsBegun) {
  SendSpace s = empty_queue();
  s.low_water_bytes = 4'000;
  EXPECT_EQ(SendBuffers().room(s, 61'000), 25'000u);
  s.sendable_bytes = 25'000;
  EXPECT_EQ(SendBuffers().room(s, 61'000), 50'000u) << "nothing of the first was left unsent";
}

TEST(SendBuffers, ALargeSendIsPushedWhereABufferEndsBehindHalfAWindow) {
  SendBuffers b;
  SendSpace s = empty_queue();
  s.limit_bytes = 400'000;
  s.buffer_bytes = 16'000;
  s.push_bytes = 16'448;
  s.sendable_bytes = 2'000;
  b.on_queued(s, 200'000);
  EXPECT_FALSE(b.take_push(kBegin + 16'000));
  EXPECT_FALSE(b.take_push(kBegin + 17'000));
  EXPECT_TRUE(b.take_push(kBegin + 18'000)) << "the second is full: two segments of it are gone";
  EXPECT_FALSE(b.take_push(kBegin + 34'000));
  EXPECT_TRUE(b.take_push(kBegin + 50'000)) << "from here on every second buffer";
}

TEST(SendBuffers, ASmallSendIsNotPushedBeforeItsEnd) {
  SendBuffers b;
  b.on_queued(empty_queue(), 25'000);
  EXPECT_FALSE(b.take_push(kBegin + 25'000));
}

TEST(SendBuffers, APushPointIsForgottenWhenAllHasGoneOut) {
  SendBuffers b;
  b.on_queued(empty_queue(), 50'000);
  b.on_all_sent();
  EXPECT_FALSE(b.take_push(kBegin + 50'000));
}

}  // namespace
}  // namespace tapstack::transport::tcp
