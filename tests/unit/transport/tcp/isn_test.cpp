#include "transport/tcp/isn.h"

#include <gtest/gtest.h>

namespace tapstack::transport::tcp {
namespace {

Flow flow(uint16_t port) {
  return {{Ip4Address::from(10, 0, 0, 1), {port}}, {Ip4Address::from(10, 0, 0, 2), {80}}};
}

class Isn : public ::testing::Test {
 protected:
  Isn() { isn.start(random); }
  Random random;
  IsnGenerator isn;
};

TEST_F(Isn, TicksEveryFourMicroseconds) {  // RFC 6528 3, MUST-8
  const Instant now = Instant::from_us(1000);
  EXPECT_EQ(isn.isn(flow(1), now + Duration::us(4)) - isn.isn(flow(1), now), 1);
  EXPECT_EQ(isn.isn(flow(1), now + Duration::s(1)) - isn.isn(flow(1), now), 250'000);
}

TEST_F(Isn, DiffersBetweenFlowsAndSecrets) {  // RFC 9293 MUST-9
  IsnGenerator other;
  other.start(random);
  const Instant now = Instant::from_us(1000);
  EXPECT_NE(isn.isn(flow(1), now), isn.isn(flow(2), now));
  EXPECT_NE(isn.isn(flow(1), now), other.isn(flow(1), now));
}

TEST_F(Isn, TimestampOffsetBelongsToTheFlow) {  // RFC 7323 7.1
  EXPECT_EQ(isn.timestamp_offset(flow(1)), isn.timestamp_offset(flow(1)));
  EXPECT_NE(isn.timestamp_offset(flow(1)), isn.timestamp_offset(flow(2)));
}

}  // namespace
}  // namespace tapstack::transport::tcp
