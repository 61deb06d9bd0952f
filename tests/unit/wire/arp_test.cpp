#include "wire/arp.h"

#include <gtest/gtest.h>

#include <array>

namespace tapstack::wire {
namespace {

// Who has 10.10.10.1? Tell 10.10.10.2 at 02:00:00:00:00:02.
constexpr std::array<uint8_t, 28> kRequest = {0x00, 0x01, 0x08, 0x00, 6,  4,  0x00, 0x01, 2, 0,
                                              0,    0,    0,    2,    10, 10, 10,   2,    0, 0,
                                              0,    0,    0,    0,    10, 10, 10,   1};

ArpProblem check_with(size_t at, uint8_t value) {
  auto bytes = kRequest;
  bytes[at] = value;
  return ArpView::check(bytes);
}

TEST(ArpView, ReadsEveryFieldOfARequest) {
  const auto view = ArpView::parse(kRequest);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->operation(), ArpOperation::kRequest);
  EXPECT_EQ(view->sender_hardware(), (MacAddress{{2, 0, 0, 0, 0, 2}}));
  EXPECT_EQ(view->sender_protocol(), Ip4Address::from(10, 10, 10, 2));
  EXPECT_TRUE(view->target_hardware().is_zero());
  EXPECT_EQ(view->target_protocol(), Ip4Address::from(10, 10, 10, 1));
}

TEST(ArpView, IgnoresTheLinksPadding) {
  std::array<uint8_t, 46> padded{};
  std::copy(kRequest.begin(), kRequest.end(), padded.begin());
  EXPECT_TRUE(ArpView::parse(padded));
}

TEST(ArpView, RefusesEveryTruncatedMessage) {
  for (size_t n = 0; n < kRequest.size(); ++n) {
    EXPECT_EQ(ArpView::check(std::span(kRequest).first(n)), ArpProblem::kTooShort) << n;
    EXPECT_FALSE(ArpView::parse(std::span(kRequest).first(n))) << n;
  }
}

TEST(ArpView, RefusesHardwareOtherThanEthernet) {
  EXPECT_EQ(check_with(1, 6), ArpProblem::kBadHardware);
}

TEST(ArpView, RefusesProtocolOtherThanIp4) {
  EXPECT_EQ(check_with(3, 1), ArpProblem::kBadProtocol);
}

TEST(ArpView, RefusesAddressLengthsOtherThanSixAndFour) {
  EXPECT_EQ(check_with(4, 8), ArpProblem::kBadLength);
  EXPECT_EQ(check_with(5, 16), ArpProblem::kBadLength);
}

TEST(ArpView, RefusesOperationsOtherThanRequestAndReply) {
  EXPECT_EQ(check_with(7, 0), ArpProblem::kBadOperation);
  EXPECT_EQ(check_with(7, 2), ArpProblem::kNone);
  EXPECT_EQ(check_with(7, 3), ArpProblem::kBadOperation);
  EXPECT_EQ(check_with(6, 1), ArpProblem::kBadOperation);
}

TEST(ArpEmit, WritesTheLiteralRequest) {
  std::array<uint8_t, 28> out;
  out.fill(0xee);
  emit(out, ArpMessage{ArpOperation::kRequest,
                       {{2, 0, 0, 0, 0, 2}},
                       Ip4Address::from(10, 10, 10, 2),
                       {},
                       Ip4Address::from(10, 10, 10, 1)});
  EXPECT_EQ(out, kRequest);
}

TEST(ArpEmit, WritesTheTargetsHardwareAddressOfAReply) {
  std::array<uint8_t, 28> out{};
  emit(out, ArpMessage{ArpOperation::kReply, {{2, 0, 0, 0, 0, 1}}, {}, {{2, 0, 0, 0, 0, 9}}, {}});
  EXPECT_EQ(out[7], 2);
  EXPECT_EQ(out[18], 2);
  EXPECT_EQ(out[23], 9);
}

}  // namespace
}  // namespace tapstack::wire
