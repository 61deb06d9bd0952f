#include "util/time.h"

#include <gtest/gtest.h>

namespace tapstack {
namespace {

TEST(Time, UnitsOfDurations) {
  EXPECT_EQ(Duration::ms(3).us(), 3000);
  EXPECT_EQ(Duration::s(2).ms(), 2000);
}

TEST(Time, InstantsAndDurationsAddUp) {
  const Instant start = Instant::from_us(1000);
  EXPECT_EQ(start + Duration::ms(1), Instant::from_us(2000));
  EXPECT_EQ((start + Duration::ms(1)) - start, Duration::us(1000));
  EXPECT_EQ(start - Duration::us(1), Instant::from_us(999));
}

TEST(Time, NeverIsLaterThanEverythingAndStaysNever) {
  EXPECT_GT(Instant::never(), Instant::from_us(INT64_MAX - 1));
  EXPECT_TRUE((Instant::never() + Duration::s(1)).is_never());
  EXPECT_TRUE((Instant::never() - Duration::s(1)).is_never());
}

}  // namespace
}  // namespace tapstack
