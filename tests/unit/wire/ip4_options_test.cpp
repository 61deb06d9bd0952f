#include "wire/ip4_options.h"

#include <gtest/gtest.h>

#include <vector>

namespace tapstack::wire {
namespace {

using Bytes = std::vector<uint8_t>;

std::vector<uint8_t> types_of(const Bytes& options) {
  std::vector<uint8_t> types;
  for (Ip4OptionWalk walk(options); const auto option = walk.next();) types.push_back(option->type);
  return types;
}

bool is_malformed(const Bytes& options) {
  Ip4OptionWalk walk(options);
  while (walk.next()) {
  }
  return walk.is_malformed();
}

TEST(Ip4OptionWalk, FindsNothingInNoOptions) {
  EXPECT_TRUE(types_of({}).empty());
  EXPECT_FALSE(is_malformed({}));
}

TEST(Ip4OptionWalk, YieldsTypeOffsetAndBytes) {
  const Bytes options = {1, 148, 4, 0, 7, 7, 7, 4, 0, 0, 0, 0};
  Ip4OptionWalk walk(options);
  const auto alert = walk.next();
  ASSERT_TRUE(alert);
  EXPECT_EQ(alert->type, ip4_option::kRouterAlert);
  EXPECT_EQ(alert->offset, 21);
  EXPECT_EQ(alert->bytes.size(), 4u);
  EXPECT_EQ(alert->bytes[1], 4);
}

TEST(Ip4OptionWalk, SkipsNoOperationsAndStopsAtTheEndOfTheList) {
  EXPECT_EQ(types_of({1, 1, 148, 4, 0, 0, 1, 7, 3, 4, 0, 131}), (Bytes{148, 7}));
}

TEST(Ip4OptionWalk, WalksToTheLastByteWithoutAnEndOfList) {
  EXPECT_EQ(types_of({148, 4, 0, 0, 7, 4, 4, 0}), (Bytes{148, 7}));
  EXPECT_TRUE(types_of({1, 1, 1, 1}).empty());
}

TEST(Ip4OptionWalk, StopsAtALengthOfZeroOrOne) {
  EXPECT_TRUE(types_of({148, 0, 0, 0}).empty());
  EXPECT_TRUE(is_malformed({148, 0, 0, 0}));
  EXPECT_TRUE(is_malformed({148, 1, 0, 0}));
}

TEST(Ip4OptionWalk, StopsAtALengthBeyondTheHeader) {
  EXPECT_EQ(types_of({148, 4, 0, 0, 7, 5, 4, 0}), Bytes{148});
  EXPECT_TRUE(is_malformed({148, 4, 0, 0, 7, 5, 4, 0}));
}

TEST(Ip4OptionWalk, StopsAtATypeWithoutALength) { EXPECT_TRUE(is_malformed({1, 1, 1, 148})); }

TEST(Ip4OptionWalk, TellsWhereTheMalformedOptionBegins) {
  const Bytes options = {148, 4, 0, 0, 1, 7, 99, 4};
  Ip4OptionWalk walk(options);
  while (walk.next()) {
  }
  EXPECT_EQ(walk.offset(), 25);
}

TEST(Ip4OptionWalk, StaysAtTheEndOnceItIsReached) {
  const Bytes options = {148, 1, 7, 3};
  Ip4OptionWalk walk(options);
  EXPECT_FALSE(walk.next());
  EXPECT_FALSE(walk.next());
  EXPECT_TRUE(walk.is_malformed());
}

TEST(Ip4Option, SourceRoutesAreRecognisedAndCopied) {
  EXPECT_TRUE((Ip4Option{131, 20, {}}).is_source_route());
  EXPECT_TRUE((Ip4Option{137, 20, {}}).is_source_route());
  EXPECT_TRUE((Ip4Option{137, 20, {}}).is_copied());
  EXPECT_FALSE((Ip4Option{7, 20, {}}).is_source_route());
  EXPECT_FALSE((Ip4Option{68, 20, {}}).is_copied());
}

}  // namespace
}  // namespace tapstack::wire
