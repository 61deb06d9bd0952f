#include "transport/tcp/delivery_rate.h"

#include <gtest/gtest.h>

#include <array>

#include "tests/unit/support/instants.h"

namespace tapstack::transport::tcp {
namespace {

constexpr Duration kMinRtt = Duration::ms(10);

using test::at_ms;

TEST(DeliveryRate, AnAckThatDeliveredNothingIsNoSample) {
  FullDeliveryRate d;
  const RateSample rs = d.end_of_ack(kMinRtt);
  EXPECT_FALSE(rs.has_delivered);
  EXPECT_EQ(rs.interval, Duration());
}

TEST(DeliveryRate, OneFlightIsMeasuredOverItsRoundTrip) {
  FullDeliveryRate d;
  const auto s = d.on_send(at_ms(100), 0, 5'000);
  d.on_delivered(s, at_ms(100), 5'000, at_ms(110));
  const RateSample rs = d.end_of_ack(kMinRtt);
  EXPECT_EQ(rs.delivered_bytes, 5'000u);
  EXPECT_EQ(rs.interval, Duration::ms(10));
  EXPECT_EQ(rs.tx_in_flight_bytes, 5'000u);
}

// Ten segments sent at once, acknowledged one each millisecond: 1000 bytes a millisecond.
TEST(DeliveryRate, ASteadyStreamOfAcksGivesTheBottlenecksRate) {
  FullDeliveryRate d;
  std::array<FullSendSnapshot, 10> first;
  for (uint32_t i = 0; i < 10; ++i) first[i] = d.on_send(at_ms(0), i * 1'000, 1'000);
  std::array<FullSendSnapshot, 10> second;
  for (uint32_t i = 0; i < 10; ++i) {
    const Instant now = at_ms(11 + i);
    d.on_delivered(first[i], at_ms(0), 1'000, now);
    d.end_of_ack(kMinRtt);
    second[i] = d.on_send(now, 9'000, 1'000);
  }
  d.on_delivered(second[0], at_ms(11), 1'000, at_ms(21));
  const RateSample rs = d.end_of_ack(kMinRtt);
  EXPECT_EQ(rs.delivered_bytes, 10'000u);
  EXPECT_EQ(rs.interval, Duration::ms(11));  // the send phase: from 0 to 11
  EXPECT_EQ(rs.prior_delivered_bytes, 1'000u);
}

TEST(DeliveryRate, TheFigureForProgramsIsTheLatestUnlessTheProgramMadeItLow) {
  FullDeliveryRate d;
  EXPECT_EQ(d.best().bytes_per_s, 0u);
  const auto fast = d.on_send(at_ms(0), 0, 10'000);
  d.on_delivered(fast, at_ms(0), 10'000, at_ms(10));
  d.end_of_ack(kMinRtt);
  EXPECT_EQ(d.best().bytes_per_s, 1'000'000u);
  d.on_app_limited(1'000);
  const auto slow = d.on_send(at_ms(20), 0, 1'000);
  d.on_delivered(slow, at_ms(20), 1'000, at_ms(30));
  d.end_of_ack(kMinRtt);
  EXPECT_EQ(d.best().bytes_per_s, 1'000'000u);
  EXPECT_FALSE(d.best().is_app_limited);
}

TEST(DeliveryRate, TheTransmissionThatLeftLastDecides) {
  FullDeliveryRate d;
  const auto a = d.on_send(at_ms(0), 0, 1'000);
  const auto b = d.on_send(at_ms(4), 1'000, 1'000);
  d.on_delivered(b, at_ms(4), 1'000, at_ms(15));
  d.on_delivered(a, at_ms(0), 1'000, at_ms(15));
  const RateSample rs = d.end_of_ack(kMinRtt);
  EXPECT_EQ(rs.tx_in_flight_bytes, 2'000u);
  EXPECT_EQ(rs.delivered_bytes, 2'000u);
}

TEST(DeliveryRate, AnIntervalBelowTheMinimumRoundTripIsInvalid) {
  FullDeliveryRate d;
  const auto s = d.on_send(at_ms(0), 0, 1'000);
  d.on_delivered(s, at_ms(0), 1'000, at_ms(9));
  const RateSample rs = d.end_of_ack(kMinRtt);
  EXPECT_TRUE(rs.has_delivered);
  EXPECT_EQ(rs.interval, Duration());
}

TEST(DeliveryRate, BothHalvesOfASplitRecordCount) {
  FullDeliveryRate d;
  const auto s = d.on_send(at_ms(0), 0, 64'000);
  d.on_delivered(s, at_ms(0), 10'000, at_ms(12));
  EXPECT_EQ(d.end_of_ack(kMinRtt).delivered_bytes, 10'000u);
  d.on_delivered(s, at_ms(0), 54'000, at_ms(20));
  const RateSample rs = d.end_of_ack(kMinRtt);
  EXPECT_EQ(rs.delivered_bytes, 64'000u);
  EXPECT_EQ(rs.interval, Duration::ms(20));
}

TEST(DeliveryRate, WhatWasSentWhileDataWasLackingIsMarked) {
  FullDeliveryRate d;
  const auto before = d.on_send(at_ms(0), 0, 1'000);
  d.on_app_limited(1'000);
  EXPECT_FALSE(before.is_app_limited);
  const auto during = d.on_send(at_ms(5), 1'000, 1'000);
  EXPECT_TRUE(during.is_app_limited);
  d.on_delivered(before, at_ms(0), 1'000, at_ms(11));
  EXPECT_FALSE(d.end_of_ack(kMinRtt).is_app_limited);
  EXPECT_TRUE(d.is_app_limited());
  d.on_delivered(during, at_ms(5), 1'000, at_ms(16));
  EXPECT_TRUE(d.end_of_ack(kMinRtt).is_app_limited);
  EXPECT_FALSE(d.is_app_limited());
}

TEST(DeliveryRate, LossesSinceItLeftAreCounted) {
  FullDeliveryRate d;
  const auto a = d.on_send(at_ms(0), 0, 700);
  d.on_lost(a, 700);
  const auto b = d.on_send(at_ms(0), 0, 300);
  const auto s = d.on_send(at_ms(0), 300, 1'000);
  d.on_lost(b, 300);
  d.on_delivered(s, at_ms(0), 1'000, at_ms(11));
  EXPECT_EQ(d.end_of_ack(kMinRtt).lost_bytes, 300u);
}

TEST(DeliveryRate, ALossTellsWhatWasInFlightAndLostSinceItsTransmission) {
  FullDeliveryRate d;
  const auto a = d.on_send(at_ms(0), 0, 1'000);
  const auto b = d.on_send(at_ms(0), 1'000, 2'000);
  EXPECT_EQ(d.on_lost(a, 1'000).lost_bytes, 1'000u);
  const LossSample l = d.on_lost(b, 500);
  EXPECT_EQ(l.bytes, 500u);
  EXPECT_EQ(l.lost_bytes, 1'500u);
  EXPECT_EQ(l.tx_in_flight_bytes, 3'000u);
}

TEST(DeliveryRate, IdleTimeIsNotPartOfAnInterval) {
  FullDeliveryRate d;
  const auto a = d.on_send(at_ms(0), 0, 1'000);
  d.on_delivered(a, at_ms(0), 1'000, at_ms(11));
  d.end_of_ack(kMinRtt);
  const auto b = d.on_send(at_ms(5'000), 0, 1'000);
  d.on_delivered(b, at_ms(5'000), 1'000, at_ms(5'012));
  EXPECT_EQ(d.end_of_ack(kMinRtt).interval, Duration::ms(12));
}

}  // namespace
}  // namespace tapstack::transport::tcp
