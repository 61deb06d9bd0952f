#include "transport/tcp/recovery.h"

#include <gtest/gtest.h>

namespace tapstack::transport::tcp {
namespace {

constexpr SeqNumber kNxt(5000);

TEST(Recovery, ItIsCompleteWhenAllThatWasOutstandingIsAcknowledged) {
  Recovery r;
  r.enter_fast(kNxt);
  EXPECT_FALSE(r.is_complete(SeqNumber(4999)));
  EXPECT_TRUE(r.is_complete(kNxt));
}

TEST(Recovery, OneRunsAtATime) {
  Recovery r;
  EXPECT_TRUE(r.may_enter_fast(SeqNumber(1000), true));
  r.enter_fast(kNxt);
  EXPECT_FALSE(r.may_enter_fast(SeqNumber(1000), true));
  r.end();
  EXPECT_TRUE(r.may_enter_fast(kNxt, true));
}

TEST(Recovery, ALossDuringAReductionForEcnStartsOne) {
  Recovery r;
  r.enter_reduced(kNxt);
  EXPECT_TRUE(r.is_reducing());
  EXPECT_FALSE(r.is_repairing());
  EXPECT_TRUE(r.may_enter_fast(SeqNumber(1000), true));
}

TEST(Recovery, DuplicatesOfATimeOutsOwnRetransmissionsDoNotStartOne) {  // RFC 6582 4.1
  Recovery r;
  r.enter_loss(kNxt);
  r.end();
  EXPECT_FALSE(r.may_enter_fast(kNxt, false));
  EXPECT_TRUE(r.may_enter_fast(kNxt + 1, false));
  EXPECT_TRUE(r.may_enter_fast(kNxt, true)) << "SACK tells them apart";
}

}  // namespace
}  // namespace tapstack::transport::tcp
