#include "app/dhcp6_retransmission.h"

#include <gtest/gtest.h>

namespace tapstack::app {
namespace {

class Dhcp6RetransmissionTest : public testing::Test {
 protected:
  // The wait after the message that is due now.
  Duration wait() {
    const Instant now = timer_.next_deadline();
    EXPECT_TRUE(timer_.send(now, random_));
    return timer_.next_deadline() - now;
  }
  static void expect_near(Duration value, int64_t ms) {  // RAND: a tenth to either side
    EXPECT_GE(value, Duration::ms(ms - ms / 10));
    EXPECT_LE(value, Duration::ms(ms + ms / 10));
  }

  const Instant start_ = Instant::from_us(7'000'000);
  Random random_;
  Dhcp6Retransmission timer_;
};

TEST_F(Dhcp6RetransmissionTest, DoublesUntilTheMaximum) {  // RFC 8415 15
  timer_.start(start_, {1, 30, 0, 0});
  Duration rt = wait();
  expect_near(rt, 1000);
  for (int i = 0; i < 3; ++i) {
    const Duration before = rt;
    rt = wait();
    EXPECT_GE(rt, before * 2 - before / 10 - Duration::ms(1));
    EXPECT_LE(rt, before * 2 + before / 10 + Duration::ms(1));
  }
  wait();
  for (int i = 0; i < 3; ++i) expect_near(wait(), 30'000);
}

TEST_F(Dhcp6RetransmissionTest, TheFirstWaitOfASolicitIsNeverShorter) {  // RFC 8415 18.2.1
  for (int i = 0; i < 100; ++i) {
    timer_.start(start_, {1, 3600, 0, 0}, true);
    EXPECT_GT(wait(), Duration::s(1));
  }
}

TEST_F(Dhcp6RetransmissionTest, EndsWithTheCount) {  // RFC 8415 15, MRC
  timer_.start(start_, {1, 0, 2, 0});
  wait();
  wait();
  EXPECT_FALSE(timer_.send(timer_.next_deadline(), random_));
  EXPECT_TRUE(timer_.next_deadline().is_never());
}

TEST_F(Dhcp6RetransmissionTest, EndsWithTheDuration) {  // RFC 8415 15, MRD
  timer_.start(start_, {1, 4, 0, 10});
  Instant now = start_;
  while (timer_.send(now, random_)) now = timer_.next_deadline();
  EXPECT_EQ(now, start_ + Duration::s(10));
}

TEST_F(Dhcp6RetransmissionTest, ElapsedTimeCountsFromTheFirstMessageInHundredths) {  // 21.9
  timer_.start(start_, {1, 4, 0, 0});
  wait();
  EXPECT_EQ(timer_.elapsed(start_), 0);
  EXPECT_EQ(timer_.elapsed(start_ + Duration::ms(1230)), 123);
  EXPECT_EQ(timer_.elapsed(start_ + Duration::s(700)), 65'535);
}

}  // namespace
}  // namespace tapstack::app
