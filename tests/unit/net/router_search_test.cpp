#include "net/router_search.h"

#include <gtest/gtest.h>

namespace tapstack::net {
namespace {

constexpr Instant kStart = Instant::from_us(0);

TEST(RouterSearch, IsIdleUntilItStarts) { EXPECT_TRUE(RouterSearch().ask_at().is_never()); }

TEST(RouterSearch, FirstIntervalIsFourSecondsMoreOrLessATenth) {  // RFC 7559 2, RFC 8415 15
  Random random;
  for (int i = 0; i < 100; ++i) {
    RouterSearch search;
    search.start(kStart);
    EXPECT_EQ(search.ask_at(), kStart);
    search.on_asked(kStart, random);
    EXPECT_GE(search.ask_at() - kStart, Duration::ms(3'600));
    EXPECT_LE(search.ask_at() - kStart, Duration::ms(4'400));
  }
}

TEST(RouterSearch, IntervalsDoubleUpToAnHour) {
  Random random;
  RouterSearch search;
  search.start(kStart);
  search.on_asked(kStart, random);
  Duration before = search.ask_at() - kStart;
  for (int i = 0; i < 20; ++i) {
    const Instant now = search.ask_at();
    search.on_asked(now, random);
    const Duration interval = search.ask_at() - now;
    if (before < Duration::s(1500)) {
      EXPECT_GE(interval, before * 19 / 10 - Duration::ms(1));
      EXPECT_LE(interval, before * 21 / 10 + Duration::ms(1));
    }
    EXPECT_LE(interval, Duration::s(3960));
    before = interval;
  }
  EXPECT_GE(before, Duration::s(3240));
}

TEST(RouterSearch, StopsWhenARouterIsFound) {
  RouterSearch search;
  search.start(kStart);
  search.stop();
  EXPECT_TRUE(search.ask_at().is_never());
}

}  // namespace
}  // namespace tapstack::net
