#include "wire/ethernet.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace tapstack::wire {
namespace {

constexpr std::array<uint8_t, 16> kFrame = {0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x52, 0x54,
                                            0x00, 0x12, 0x34, 0x56, 0x08, 0x06, 0xaa, 0xbb};

TEST(EthernetView, ReadsEveryField) {
  const auto view = EthernetView::parse(kFrame);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->destination(), (MacAddress{{2, 0, 0, 0, 0, 1}}));
  EXPECT_EQ(view->source(), (MacAddress{{0x52, 0x54, 0, 0x12, 0x34, 0x56}}));
  EXPECT_EQ(view->type(), 0x0806);
  EXPECT_EQ(view->type(), ethertype::kArp);
}

TEST(EthernetView, PayloadIsWhatFollowsFourteenBytes) {
  const auto view = EthernetView::parse(kFrame);
  ASSERT_TRUE(view);
  ASSERT_EQ(view->payload().size(), 2u);
  EXPECT_EQ(view->payload()[0], 0xaa);
}

TEST(EthernetView, HeaderAloneHasAnEmptyPayload) {
  const auto view = EthernetView::parse(std::span(kFrame).first(14));
  ASSERT_TRUE(view);
  EXPECT_TRUE(view->payload().empty());
}

TEST(EthernetView, RefusesEveryTruncatedHeader) {
  for (size_t n = 0; n < 14; ++n) {
    EXPECT_FALSE(EthernetView::parse(std::span(kFrame).first(n))) << n;
  }
}

TEST(EthernetEmit, WritesTheLiteralHeaderAndNothingBehindIt) {
  std::array<uint8_t, 16> out{};
  emit(out, EthernetHeader{{{2, 0, 0, 0, 0, 1}}, {{0x52, 0x54, 0, 0x12, 0x34, 0x56}}, 0x0806});
  EXPECT_TRUE(std::equal(out.begin(), out.begin() + 14, kFrame.begin()));
  EXPECT_EQ(out[14], 0);
  EXPECT_EQ(out[15], 0);
}

TEST(Ethertype, NumbersAreThoseOfIeee) {
  EXPECT_EQ(ethertype::kIp4, 0x0800);
  EXPECT_EQ(ethertype::kVlan, 0x8100);
  EXPECT_EQ(ethertype::kServiceVlan, 0x88a8);
  EXPECT_EQ(ethertype::kIp6, 0x86dd);
  EXPECT_EQ(ethertype::kLengthMax, 1500);
}

}  // namespace
}  // namespace tapstack::wire
