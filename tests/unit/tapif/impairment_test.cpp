#include "tapif/impairment.h"

#include <gtest/gtest.h>

namespace tapstack::tapif {
namespace {

TEST(ParseImpairment, TheExampleOfTheManualIsUnderstood) {
  Impairment impairment;
  const Failure failure = parse_impairment(
      "delay=20ms,jitter=2ms,loss=1%,reorder=0.5%,gap=500us,dup=0.01,corrupt=0.1%,rate=100mbit,"
      "limit=1000,seed=7",
      impairment);
  ASSERT_FALSE(failure) << failure.message;
  for (const LinkImpairment* link : {&impairment.in, &impairment.out}) {
    EXPECT_EQ(link->delay, Duration::ms(20));
    EXPECT_EQ(link->jitter, Duration::ms(2));
    EXPECT_DOUBLE_EQ(link->loss, 0.01);
    EXPECT_DOUBLE_EQ(link->reorder, 0.005);
    EXPECT_EQ(link->gap, Duration::us(500));
    EXPECT_DOUBLE_EQ(link->duplicate, 0.01);
    EXPECT_DOUBLE_EQ(link->corrupt, 0.001);
    EXPECT_EQ(link->rate_bits_per_second, 100'000'000u);
    EXPECT_EQ(link->limit_packets, 1000u);
  }
  EXPECT_EQ(impairment.seed, 7u);
}

TEST(ParseImpairment, PrefixChoosesTheDirection) {
  Impairment impairment;
  ASSERT_FALSE(parse_impairment("in.loss=5%,out.delay=1.5s", impairment));
  EXPECT_DOUBLE_EQ(impairment.in.loss, 0.05);
  EXPECT_DOUBLE_EQ(impairment.out.loss, 0);
  EXPECT_EQ(impairment.in.delay, Duration());
  EXPECT_EQ(impairment.out.delay, Duration::us(1'500'000));
}

TEST(ParseImpairment, SeedTakesAllOf64Bits) {
  Impairment impairment;
  ASSERT_FALSE(parse_impairment("seed=18446744073709551615", impairment));
  EXPECT_EQ(impairment.seed, 0xffffffffffffffffu);
  EXPECT_TRUE(parse_impairment("seed=18446744073709551616", impairment));
}

struct Wrong {
  const char* text;
  const char* part;
};

class ParseImpairmentRefuses : public ::testing::TestWithParam<Wrong> {};

TEST_P(ParseImpairmentRefuses, AndNamesThePart) {
  Impairment impairment;
  const Failure failure = parse_impairment(GetParam().text, impairment);
  EXPECT_EQ(failure.error, EINVAL);
  EXPECT_NE(failure.message.find(GetParam().part), std::string::npos) << failure.message;
}

INSTANTIATE_TEST_SUITE_P(
    Nonsense, ParseImpairmentRefuses,
    ::testing::Values(Wrong{"", "\"\""}, Wrong{"loss", "\"loss\""}, Wrong{"loss=", "\"loss=\""},
                      Wrong{"loss=101%", "loss=101%"}, Wrong{"loss=-1%", "loss=-1%"},
                      Wrong{"loss=nan", "loss=nan"}, Wrong{"loss=1%,", "\"\""},
                      Wrong{"delay=20", "delay=20"}, Wrong{"delay=20 ms", "delay=20 ms"},
                      Wrong{"delay=2h", "delay=2h"}, Wrong{"delay=3601s", "delay=3601s"},
                      Wrong{"loss=1%,rate=0mbit", "rate=0mbit"}, Wrong{"rate=1", "rate=1"},
                      Wrong{"limit=0", "limit=0"}, Wrong{"los=1%", "no such impairment"},
                      Wrong{"in.seed=1", "no such impairment"}, Wrong{"seed=x", "seed=x"}));

}  // namespace
}  // namespace tapstack::tapif
