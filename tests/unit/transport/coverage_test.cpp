#include "transport/coverage.h"

#include <gtest/gtest.h>

namespace tapstack::transport {
namespace {

TEST(Coverage, ADatagramIsCoveredWholeUnlessLessIsAskedFor) {
  FullCoverage coverage;
  EXPECT_EQ(coverage.of_datagram(100), 100);
  coverage.set_sent(20);
  EXPECT_EQ(coverage.of_datagram(100), 20);
  coverage.set_sent(0);
  EXPECT_EQ(coverage.of_datagram(100), 100);
}

TEST(Coverage, ADatagramShorterThanTheCoverageIsCoveredWhole) {
  FullCoverage coverage;
  coverage.set_sent(20);
  EXPECT_EQ(coverage.of_datagram(20), 20);
  EXPECT_EQ(coverage.of_datagram(12), 12);
}

TEST(Coverage, ASocketThatAskedForNothingTakesAnyPart) {
  EXPECT_TRUE(FullCoverage().takes_part(8));
}

TEST(Coverage, ASocketThatAskedForSoMuchTakesNoLess) {
  FullCoverage coverage;
  coverage.set_wanted(20);
  EXPECT_FALSE(coverage.takes_part(19));
  EXPECT_TRUE(coverage.takes_part(20));
}

TEST(Coverage, ASocketThatAskedForAllTakesNoPart) {
  FullCoverage coverage;
  coverage.set_wanted(0);
  EXPECT_FALSE(coverage.takes_part(65535));
}

TEST(Coverage, WithoutUdpLiteAllIsCovered) {
  NoCoverage coverage;
  coverage.set_sent(20);
  EXPECT_EQ(coverage.of_datagram(100), 100);
}

}  // namespace
}  // namespace tapstack::transport
