#include "transport/tcp/duplicate_report.h"

#include <gtest/gtest.h>

namespace tapstack::transport::tcp {
namespace {

SeqRange range(uint32_t begin, uint32_t end) { return {SeqNumber(begin), SeqNumber(end)}; }

TEST(DuplicateReport, IsMadeOnce) {  // RFC 2883 4 (1)
  DuplicateReport report;
  EXPECT_FALSE(report.is_due());
  report.on_duplicate(range(100, 200));
  EXPECT_TRUE(report.is_due());
  EXPECT_EQ(report.range(), range(100, 200));
  report.on_reported();
  EXPECT_FALSE(report.is_due());
}

TEST(DuplicateReport, GrowsWithWhatTouchesIt) {
  DuplicateReport report;
  report.on_duplicate(range(100, 200));
  report.on_duplicate(range(200, 300));
  report.on_duplicate(range(50, 150));
  EXPECT_EQ(report.range(), range(50, 300));
}

TEST(DuplicateReport, GivesWayToALaterOneElsewhere) {
  DuplicateReport report;
  report.on_duplicate(range(100, 200));
  report.on_duplicate(range(500, 600));
  EXPECT_EQ(report.range(), range(500, 600));
}

}  // namespace
}  // namespace tapstack::transport::tcp
