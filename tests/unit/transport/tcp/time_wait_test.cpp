#include "transport/tcp/time_wait.h"

#include <gtest/gtest.h>

namespace tapstack::transport::tcp {
namespace {

TimeWait record() {
  TimeWait r;
  r.snd_nxt = SeqNumber(5000);
  r.rcv_nxt = SeqNumber(9000);
  return r;
}
Segment segment(wire::TcpFlags flags, uint32_t seq) {
  Segment s;
  s.flags = flags;
  s.seq = SeqNumber(seq);
  return s;
}

TEST(TimeWait, ARstIsIgnored) {  // RFC 1337
  EXPECT_EQ(classify(record(), segment(flag::kRst, 9000)), TimeWaitAction::kIgnore);
}

TEST(TimeWait, TheFinAgainStartsTwoMslAnew) {
  EXPECT_EQ(classify(record(), segment(flag::kFin | flag::kAck, 8999)), TimeWaitAction::kRestart);
}

TEST(TimeWait, ALaterSynReopens) {  // RFC 1122 4.2.2.13
  EXPECT_EQ(classify(record(), segment(flag::kSyn, 9001)), TimeWaitAction::kReopen);
  EXPECT_EQ(classify(record(), segment(flag::kSyn, 9000)), TimeWaitAction::kAck);
}

TEST(TimeWait, ALaterTimestampReopensWhateverTheSequenceNumber) {  // RFC 6191
  TimeWait r = record();
  r.timestamps = true;
  r.timestamp_recent = 100;
  Segment s = segment(flag::kSyn, 10);
  s.options.timestamps = wire::TcpTimestamps{101, 0};
  EXPECT_EQ(classify(r, s), TimeWaitAction::kReopen);
  s.options.timestamps = wire::TcpTimestamps{100, 0};
  EXPECT_EQ(classify(r, s), TimeWaitAction::kAck);
}

TEST(TimeWait, TheExpectedAckNeedsNoAnswer) {
  EXPECT_EQ(classify(record(), segment(flag::kAck, 9000)), TimeWaitAction::kIgnore);
}

TEST(TimeWait, WithoutAnAckItIsDropped) {  // RFC 9293 3.10.7.4, fifth
  EXPECT_EQ(classify(record(), segment(flag::kFin, 9000)), TimeWaitAction::kIgnore);
  EXPECT_EQ(classify(record(), segment(flag::kFin, 8999)), TimeWaitAction::kRestart)
      << "out of the window, which is answered first";
}

TEST(TimeWait, OldTextIsAnswered) {
  Segment s = segment(flag::kAck, 8000);
  s.text_bytes = 10;
  EXPECT_EQ(classify(record(), s), TimeWaitAction::kAck);
}

}  // namespace
}  // namespace tapstack::transport::tcp
