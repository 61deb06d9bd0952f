#include "shim/trace/line.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tapstack::shim::trace {
namespace {

std::string in_quotes(std::string_view bytes, bool is_cut = false) {
  Line line;
  line.quoted({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}, is_cut);
  return std::string(line.view());
}

TEST(TraceLine, NumbersAreDecimalAndAddressesHexadecimal) {
  Line line;
  line.number(-1);
  line.text(" ");
  line.hexadecimal(0xfeed);
  line.text(" ");
  line.pointer(nullptr);
  line.text(" ");
  line.pointer(reinterpret_cast<const void*>(0x1000));
  EXPECT_EQ(line.view(), "-1 0xfeed NULL 0x1000");
}

TEST(TraceLine, SecondsHaveAllTheirDigits) {
  Line line;
  line.seconds(1, 500, 6);
  line.text(" ");
  line.seconds(0, 123'456'789, 9);
  EXPECT_EQ(line.view(), "1.000500 0.123456789");
}

TEST(TraceLine, TextIsQuotedAsInC) {
  EXPECT_EQ(in_quotes("GET /\r\n\t\"\\"), R"("GET /\r\n\t\"\\")");
}

TEST(TraceLine, OtherBytesAreOctalWithThreeDigitsBeforeADigit) {
  using namespace std::string_view_literals;
  EXPECT_EQ(in_quotes("\0a"sv), R"("\0a")");
  EXPECT_EQ(in_quotes("\0"
                      "7"sv),
            R"("\0007")");
  EXPECT_EQ(in_quotes("\x1f\xff"sv), R"("\37\377")");
  EXPECT_EQ(in_quotes("\x1f"
                      "8"sv),
            R"("\378")");
}

TEST(TraceLine, ThirtyTwoBytesAreShownAndDotsForTheRest) {
  const std::string all(32, 'x');
  EXPECT_EQ(in_quotes(all), "\"" + all + "\"");
  EXPECT_EQ(in_quotes(all + "y"), "\"" + all + "\"...");
  EXPECT_EQ(in_quotes(all, true), "\"" + all + "\"...");
}

TEST(TraceLine, ALineThatIsTooLongEndsWithDots) {
  Line line;
  for (int i = 0; i < 300; ++i) line.text("four");
  EXPECT_EQ(line.view().size(), Line::kBytesMax);
  EXPECT_TRUE(line.view().ends_with("..."));
  EXPECT_EQ(line.view().substr(0, Line::kBytesMax - 3).find('.'), std::string_view::npos);
}

TEST(TraceLine, NothingFollowsTheDots) {
  Line line;
  line.text(std::string(Line::kBytesMax, 'x'));
  line.text("");
  line.text("y");
  EXPECT_TRUE(line.view().ends_with("x..."));
}

}  // namespace
}  // namespace tapstack::shim::trace
