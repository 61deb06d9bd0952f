#include "transport/tcp/prr.h"

#include <gtest/gtest.h>

namespace tapstack::transport::tcp {
namespace {

constexpr uint32_t kMss = 1000;

// What may be sent after the ACK, and is.
uint32_t ack_and_send(Prr& p, const PrrAck& ack) {
  p.on_ack(ack);
  const uint32_t room = p.window_bytes() - ack.pipe_bytes;
  p.on_sent(room);
  return room;
}

TEST(Prr, WhileThePipeIsAboveSsthreshSendingIsProportional) {  // RFC 9937 6.2
  Prr p;
  p.start(20'000, 10'000, kMss);
  uint32_t pipe = 19'000;
  uint32_t sent = 0;
  for (int i = 0; i < 10; ++i) {
    const uint32_t room = ack_and_send(p, {kMss, pipe, false});
    sent += room;
    pipe = pipe + room - kMss;
  }
  EXPECT_NEAR(sent, 5'000, kMss) << "half of what was delivered, as ssthresh is half of the flight";
}

TEST(Prr, TheFirstRetransmissionGoesAlways) {
  Prr p;
  p.start(100'000, 50'000, kMss);
  p.on_ack({1, 99'000, false});
  EXPECT_EQ(p.window_bytes(), 99'000 + kMss);
}

TEST(Prr, BelowSsthreshALossyAckLetsOutWhatItDelivered) {  // conservative reduction bound
  Prr p;
  p.start(10'000, 7'000, kMss);
  EXPECT_EQ(ack_and_send(p, {kMss, 2'000, false}), kMss);
  EXPECT_EQ(ack_and_send(p, {2 * kMss, 2'000, false}), 2 * kMss);
}

TEST(Prr, BelowSsthreshASafeAckLetsOutOneMore) {  // slow start reduction bound
  Prr p;
  p.start(10'000, 7'000, kMss);
  EXPECT_EQ(ack_and_send(p, {kMss, 2'000, true}), 2 * kMss);
}

TEST(Prr, ItNeverGoesPastSsthreshFromBelow) {
  Prr p;
  p.start(10'000, 7'000, kMss);
  p.on_sent(kMss);
  p.on_ack({9'000, 6'500, true});
  EXPECT_EQ(p.window_bytes(), 7'000u);
}

TEST(Prr, AcksThatCameTogetherAreOne) {
  Prr p;
  p.on_delivered(4 * kMss);
  p.on_delivered(4 * kMss);
  p.start(3 * kMss, 7 * kMss, kMss);  // RecoverFS is the 11 segments that were out
  EXPECT_EQ(ack_and_send(p, {kMss, kMss, false}), 6 * kMss) << "up to ssthresh, 9 have arrived";
}

TEST(Prr, WhatOutputAlreadyAnsweredDoesNotCount) {
  Prr p;
  p.on_delivered(8 * kMss);
  p.on_output_end();
  p.start(3 * kMss, 7 * kMss, kMss);
  EXPECT_EQ(ack_and_send(p, {kMss, kMss, false}), kMss);
}

TEST(Prr, EachReductionCountsAnew) {
  Prr p;
  p.start(10'000, 5'000, kMss);
  p.on_sent(50'000);
  p.start(10'000, 5'000, kMss);
  EXPECT_EQ(ack_and_send(p, {kMss, 1'000, false}), kMss);
}

}  // namespace
}  // namespace tapstack::transport::tcp
