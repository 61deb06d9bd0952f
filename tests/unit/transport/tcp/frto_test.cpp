#include "transport/tcp/frto.h"

#include <gtest/gtest.h>

namespace tapstack::transport::tcp {
namespace {

using Verdict = Frto::Verdict;

Frto started() {
  Frto f;
  f.start(SeqNumber(9000));
  return f;
}
Frto::Ack moving(bool can_send_new = true) {
  Frto::Ack a;
  a.has_moved = true;
  a.can_send_new = can_send_new;
  return a;
}
Frto::Ack duplicate() {
  Frto::Ack a;
  a.is_duplicate = true;
  return a;
}

TEST(Frto, TwoAcksThatMoveShowThatTheTimeOutWasSpurious) {  // RFC 5682 2.1 step 2b and 3b
  Frto f = started();
  EXPECT_EQ(f.on_ack(moving()), Verdict::kTryNew);
  EXPECT_TRUE(f.prefers_new());
  Frto::Ack second = moving();
  second.has_original = true;
  EXPECT_EQ(f.on_ack(second), Verdict::kSpurious);
  EXPECT_FALSE(f.is_running());
}

TEST(Frto, ADuplicateFirstIsARealLoss) {  // step 2a
  Frto f = started();
  EXPECT_EQ(f.on_ack(duplicate()), Verdict::kGenuine);
  EXPECT_FALSE(f.is_running());
}

TEST(Frto, ADuplicateAfterNewTextIsARealLoss) {  // step 3a
  Frto f = started();
  f.on_ack(moving());
  EXPECT_EQ(f.on_ack(duplicate()), Verdict::kGenuine);
}

TEST(Frto, WithoutNewTextItIsGivenUp) {
  Frto f = started();
  EXPECT_EQ(f.on_ack(moving(false)), Verdict::kGenuine);
}

TEST(Frto, AWindowUpdateSaysNothing) {
  Frto f = started();
  EXPECT_EQ(f.on_ack({}), Verdict::kWaiting);
  EXPECT_TRUE(f.is_running());
}

TEST(Frto, ASackOfWhatWasSentOnceDecidesAtOnce) {  // 3.1
  Frto f = started();
  Frto::Ack a;
  a.is_duplicate = a.has_original = true;
  EXPECT_EQ(f.on_ack(a), Verdict::kSpurious);
}

}  // namespace
}  // namespace tapstack::transport::tcp
