#include "transport/tcp/rack.h"

#include <gtest/gtest.h>

#include <memory>

#include "tests/unit/support/instants.h"

namespace tapstack::transport::tcp {
namespace {

constexpr PathTimes kPath{Duration::ms(100), Duration::ms(100)};

using test::at_ms;

// Segments of 1000 bytes from sequence number 0.
class RackTest : public ::testing::Test {
 protected:
  void send(uint32_t segment, int64_t ms) {
    Transmission t;
    t.range = {SeqNumber(segment * 1000), SeqNumber(segment * 1000 + 1000)};
    t.at = at_ms(ms);
    t.segment_bytes = 1000;
    log.on_sent(*pool, t);
  }
  void resend(uint32_t segment, int64_t ms) {
    Transmission t;
    t.range = {SeqNumber(segment * 1000), SeqNumber(segment * 1000 + 1000)};
    t.at = at_ms(ms);
    t.segment_bytes = 1000;
    log.on_resent(*pool, t);
  }
  void sack(uint32_t segment, int64_t ms) {
    Delivered d = log.begin_ack();
    log.on_sacked(*pool, {SeqNumber(segment * 1000), SeqNumber(segment * 1000 + 1000)},
                  SeqNumber(0), d);
    if (d.reordered_bytes > 0) rack.on_reordering();
    rack.on_delivered(d, at_ms(ms), kPath, Instant::never());
  }
  // Marks what is lost at `ms`; returns how many records.
  int find(int64_t ms, bool is_recovering = false) {
    int n = 0;
    for (mem::Index i = rack.find_lost(*pool, log, at_ms(ms), kPath, is_recovering);
         i != mem::kNoIndex && n < 100;
         i = rack.find_lost(*pool, log, at_ms(ms), kPath, is_recovering)) {
      log.mark_lost(*pool, i);
      ++n;
    }
    return n;
  }
  Duration wait(int64_t ms) { return rack.wait(*pool, log, at_ms(ms), kPath, false); }

  std::unique_ptr<SentPool> pool = std::make_unique<SentPool>();
  SentLog log;
  Rack rack;
};

TEST_F(RackTest, NothingIsLostBeforeSomethingArrived) {
  send(0, 0);
  EXPECT_EQ(find(10'000), 0);
}

TEST_F(RackTest, WhatWasOvertakenIsLostAfterAReorderingWindow) {  // RFC 8985 6.2 step 5
  send(0, 0);
  send(1, 10);
  sack(1, 110);
  EXPECT_EQ(find(110), 0);
  EXPECT_EQ(wait(110), Duration::ms(15)) << "0 + RTT 100 + min_rtt / 4 - 110";
  EXPECT_EQ(find(124), 0);
  EXPECT_EQ(find(125), 1);
}

TEST_F(RackTest, ThreeSackedSegmentsEndTheWindowUnlessThereIsReordering) {  // step 4
  for (uint32_t i = 0; i < 4; ++i) send(i, 0);
  sack(1, 100);
  sack(2, 100);
  EXPECT_EQ(find(100), 0);
  sack(3, 100);
  EXPECT_EQ(find(100), 1);
}

TEST_F(RackTest, OnceReorderingWasSeenTheWindowStays) {
  for (uint32_t i = 0; i < 5; ++i) send(i, 0);
  sack(2, 100);
  sack(1, 101);
  sack(3, 101);
  sack(4, 101);
  EXPECT_TRUE(rack.has_reordering());
  EXPECT_EQ(find(101), 0);
  EXPECT_EQ(find(126), 1);
}

TEST_F(RackTest, ARepairInProgressNeedsNoWindow) {
  send(0, 0);
  send(1, 0);
  sack(1, 100);
  EXPECT_EQ(find(100, true), 1);
}

TEST_F(RackTest, ALostRetransmissionIsFoundByWhatWasSentAfterIt) {
  send(0, 0);
  send(1, 0);
  sack(1, 100);
  ASSERT_EQ(find(100, true), 1);
  resend(0, 100);
  send(2, 101);
  EXPECT_EQ(find(200, true), 0);
  sack(2, 201);
  EXPECT_EQ(find(201, true), 1);
}

TEST_F(RackTest, WhatWasSentLaterThanTheDeliveredIsNotOvertaken) {
  send(0, 0);
  send(1, 50);
  sack(0, 100);
  EXPECT_EQ(find(10'000), 0);
}

TEST_F(RackTest, AnAckSoonerThanTheShortestRoundTripIsForTheFirstTransmission) {  // step 2
  send(0, 0);
  send(1, 0);
  log.mark_lost(*pool, log.oldest_in_flight());
  resend(0, 150);
  sack(0, 160);
  EXPECT_EQ(find(10'000), 0)
      << "segment 1 was sent before the retransmission, which proves nothing";
}

TEST_F(RackTest, DuplicatesWidenTheWindowOnceARoundTrip) {  // step 4
  rack.on_reordering();
  EXPECT_EQ(rack.window(log, kPath, false), Duration::ms(25));
  rack.on_duplicate_reported(SeqNumber(0), SeqNumber(5000));
  rack.on_duplicate_reported(SeqNumber(1000), SeqNumber(5000));
  EXPECT_EQ(rack.window(log, kPath, false), Duration::ms(50));
  rack.on_duplicate_reported(SeqNumber(5000), SeqNumber(9000));
  EXPECT_EQ(rack.window(log, kPath, false), Duration::ms(75));
}

TEST_F(RackTest, TheWindowIsAtMostARoundTrip) {
  rack.on_reordering();
  for (uint32_t i = 0; i < 20; ++i) rack.on_duplicate_reported(SeqNumber(i), SeqNumber(i + 1));
  EXPECT_EQ(rack.window(log, kPath, false), kPath.srtt);
}

TEST_F(RackTest, SixteenRecoveriesNarrowTheWindowAgain) {
  rack.on_reordering();
  rack.on_duplicate_reported(SeqNumber(0), SeqNumber(5000));
  for (int i = 0; i < 15; ++i) rack.on_recovered();
  EXPECT_EQ(rack.window(log, kPath, false), Duration::ms(50));
  rack.on_recovered();
  EXPECT_EQ(rack.window(log, kPath, false), Duration::ms(25));
}

TEST_F(RackTest, ATimeOutLosesWhatIsOlderThanARoundTrip) {  // 6.3
  send(0, 0);
  send(1, 0);
  sack(1, 100);
  send(2, 250);
  const mem::Index first = rack.find_lost_on_timeout(*pool, log, at_ms(300), kPath);
  ASSERT_NE(first, mem::kNoIndex);
  log.mark_lost(*pool, first);
  EXPECT_EQ(rack.find_lost_on_timeout(*pool, log, at_ms(300), kPath), mem::kNoIndex)
      << "segment 2 may still arrive";
}

// RFC 8985 6.2 step 2 orders by time and sequence number; several leave at one instant here.
TEST_F(RackTest, WhatLeftBeforeARetransmissionAtTheSameInstantDoesNotOvertakeIt) {
  send(0, 0);
  send(1, 0);
  sack(1, 100);
  ASSERT_EQ(find(100, true), 1);
  send(2, 100);
  resend(0, 100);
  send(3, 100);
  sack(2, 200);
  EXPECT_EQ(find(200, true), 0);
  sack(3, 200);
  EXPECT_EQ(find(200, true), 1);
}

}  // namespace
}  // namespace tapstack::transport::tcp
