#include "transport/tcp/undo.h"

#include <gtest/gtest.h>

namespace tapstack::transport::tcp {
namespace {

constexpr SeqNumber kUna(1000);
constexpr uint32_t kSentAt = 500;  // timestamp of the first retransmission

SeqRange segment(uint32_t begin) { return {SeqNumber(begin), SeqNumber(begin + 1000)}; }

Undo resent(uint32_t segments) {
  Undo u;
  u.start(kUna);
  u.on_resent(segments, kSentAt);
  return u;
}

TEST(Undo, AnEchoFromBeforeTheRetransmissionAnswersTheOriginal) {  // RFC 3522 3.2
  const Undo u = resent(1);
  EXPECT_TRUE(u.is_answer_to_original(kSentAt - 1));
  EXPECT_FALSE(u.is_answer_to_original(kSentAt));
  EXPECT_FALSE(u.is_answer_to_original(kSentAt + 1));
}

TEST(Undo, OnlyTheFirstRetransmissionsTimestampCounts) {
  Undo u = resent(1);
  u.on_resent(1, kSentAt + 100);
  EXPECT_FALSE(u.is_answer_to_original(kSentAt + 50));
}

TEST(Undo, WithoutATimestampOrARetransmissionNothingIsKnown) {
  Undo u;
  u.start(kUna);
  EXPECT_FALSE(u.is_answer_to_original(kSentAt - 1));
  EXPECT_FALSE(resent(1).is_answer_to_original(std::nullopt));
}

TEST(Undo, WhenAllThatWentAgainIsReportedAsDuplicateItWasNeedless) {  // RFC 3708 2
  Undo u = resent(2);
  u.on_duplicate_reported(segment(1000), 1, SeqNumber(3000));
  EXPECT_FALSE(u.is_every_one_duplicate());
  u.on_duplicate_reported(segment(2000), 1, SeqNumber(3000));
  EXPECT_TRUE(u.is_every_one_duplicate());
}

TEST(Undo, DuplicatesFromBeforeDoNotCount) {
  Undo u = resent(1);
  u.on_duplicate_reported(segment(0), 1, SeqNumber(3000));
  EXPECT_FALSE(u.is_every_one_duplicate());
}

TEST(Undo, NothingSentAgainIsNotEverythingReported) {
  Undo u;
  u.start(kUna);
  EXPECT_FALSE(u.is_every_one_duplicate());
}

TEST(Undo, AfterStopItSaysNo) {
  Undo u = resent(1);
  u.stop();
  EXPECT_FALSE(u.is_answer_to_original(kSentAt - 1));
  u.on_duplicate_reported(segment(1000), 1, SeqNumber(3000));
  EXPECT_FALSE(u.is_every_one_duplicate());
}

}  // namespace
}  // namespace tapstack::transport::tcp
