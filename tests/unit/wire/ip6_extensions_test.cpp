#include "wire/ip6_extensions.h"

#include <gtest/gtest.h>

#include <array>

namespace tapstack::wire {
namespace {

TEST(Ip6Extension, ReadsTheFieldsThatAllHave) {
  const std::array<uint8_t, 8> bytes{17, 2, 4, 1, 0, 0, 0, 0};
  const auto view = *Ip6ExtensionView::parse(bytes);
  EXPECT_EQ(view.next_header(), 17);
  EXPECT_EQ(view.size(), 24u);
  EXPECT_EQ(view.routing_type(), 4);
  EXPECT_EQ(view.segments_left(), 1);
  EXPECT_FALSE(Ip6ExtensionView::parse(std::span(bytes).first(7)));
}

TEST(Ip6Extension, FragmentHeaderIsReadAsItIsWritten) {
  std::array<uint8_t, 8> bytes;
  emit(bytes, Ip6FragmentHeader{58, 1448, true, 0x01020304});
  EXPECT_EQ(bytes, (std::array<uint8_t, 8>{58, 0, 0x05, 0xa9, 1, 2, 3, 4}));
  const auto view = *Ip6ExtensionView::parse(bytes);
  EXPECT_EQ(view.next_header(), 58);
  EXPECT_EQ(view.fragment_offset_bytes(), 1448);
  EXPECT_TRUE(view.more_fragments());
  EXPECT_EQ(view.identification(), 0x01020304u);
}

TEST(Ip6Extension, ReservedBitsOfAFragmentHeaderAreIgnored) {
  const std::array<uint8_t, 8> bytes{58, 0xff, 0x00, 0x0e, 0, 0, 0, 1};
  const auto view = *Ip6ExtensionView::parse(bytes);
  EXPECT_EQ(view.fragment_offset_bytes(), 8);
  EXPECT_FALSE(view.more_fragments());
}

TEST(Ip6Extension, AuthenticationAndEspAreNoneOfThem) {
  for (const uint8_t known : {0, 43, 44, 60}) EXPECT_TRUE(is_ip6_extension(known));
  for (const uint8_t other : {6, 50, 51, 58, 59}) EXPECT_FALSE(is_ip6_extension(other));
}

TEST(Ip6Option, TopTwoBitsSayWhatToDo) {
  EXPECT_EQ(action_of(0x05), Ip6OptionAction::kSkip);
  EXPECT_EQ(action_of(0x4b), Ip6OptionAction::kDrop);
  EXPECT_EQ(action_of(0x80), Ip6OptionAction::kReport);
  EXPECT_EQ(action_of(0xc2), Ip6OptionAction::kReportUnicast);
}

}  // namespace
}  // namespace tapstack::wire
