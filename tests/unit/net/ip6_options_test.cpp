#include "net/ip6_options.h"

#include "tests/unit/net/net6_test.h"

namespace tapstack::net {
namespace {

class Ip6OptionsTest : public Net6Test, public testing::WithParamInterface<unsigned> {
 protected:
  Frame packet_with(const Frame& options, const Ip6Address& to = kOurs6) {
    return ip6({.destination = to, .next_header = GetParam()}, options6(17, options) + kUdp6);
  }
};

TEST_P(Ip6OptionsTest, PaddingIsSkipped) {
  EXPECT_TRUE(input(packet_with({})));
  EXPECT_TRUE(input(packet_with(Frame(6))));
  EXPECT_TRUE(input(packet_with(test::hex("00 01 00 00 01 04 00000000 00"))));
}

// RFC 8200 4.2.
TEST_P(Ip6OptionsTest, UnknownOptionIsSkippedWhenItsTopBitsAre00) {
  EXPECT_TRUE(input(packet_with(test::hex("1f 02 abcd"))));
  EXPECT_TRUE(input(packet_with(test::hex("05 02 0000")))) << "router alert";
}

TEST_P(Ip6OptionsTest, UnknownOptionDropsSilentlyWhenTheyAre01) {
  EXPECT_EQ(problem_of(packet_with(test::hex("5f 02 abcd"))), Problem{});
  EXPECT_EQ(drops(DropReason::kIp6UnknownOption), 1u);
}

TEST_P(Ip6OptionsTest, UnknownOptionIsReportedWhenTheyAre10EvenToGroups) {
  EXPECT_EQ(problem_of(packet_with(test::hex("0100 9f 02 abcd"))), (Problem{2, 44}));
  EXPECT_EQ(problem_of(packet_with(test::hex("9f 00"), Ip6Address::all_nodes())), (Problem{2, 42}));
}

TEST_P(Ip6OptionsTest, UnknownOptionIsReportedWhenTheyAre11ButNotToGroups) {
  EXPECT_EQ(problem_of(packet_with(test::hex("df 02 abcd"))), (Problem{2, 42}));
  EXPECT_EQ(problem_of(packet_with(test::hex("df 00"), Ip6Address::all_nodes())), Problem{});
}

TEST_P(Ip6OptionsTest, OptionBeyondItsHeaderIsDropped) {
  EXPECT_EQ(problem_of(packet_with(test::hex("01 05 00000000"))), Problem{});
  EXPECT_EQ(problem_of(packet_with(test::hex("01 03 000000 1f"))), Problem{});
  EXPECT_EQ(drops(DropReason::kIp6BadExtension), 2u);
}

TEST_P(Ip6OptionsTest, OptionBeyondTheLimitIsReported) {  // RFC 8504 5.3, RFC 8883 2.6
  Frame options;
  for (size_t i = 0; i < kConfig.ip6_options_max; ++i) put(options, test::hex("1f 00"));
  EXPECT_TRUE(input(packet_with(options)));
  put(options, test::hex("1f 00"));
  EXPECT_EQ(problem_of(packet_with(options)),
            (Problem{9, static_cast<uint32_t>(42 + 2 * kConfig.ip6_options_max)}));
  EXPECT_EQ(drops(DropReason::kIp6OptionLimit), 1u);
}

TEST_P(Ip6OptionsTest, TheLongestHeaderIsTaken) {
  Frame options = test::hex("1f ff");
  options.resize(257);
  options.resize(2046);
  EXPECT_TRUE(input(packet_with(options)));
}

INSTANTIATE_TEST_SUITE_P(OfBothHeaders, Ip6OptionsTest, testing::Values(0u, 60u),
                         [](const auto& test) {
                           return test.param == 0 ? "HopByHop" : "Destination";
                         });

}  // namespace
}  // namespace tapstack::net
