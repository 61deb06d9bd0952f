#include "link/filter_table.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace tapstack::link {
namespace {

// `return k`, behind `padding` instructions that do nothing.
std::vector<FilterInstruction> returning(uint32_t k, size_t padding = 0) {
  std::vector<FilterInstruction> program(padding, FilterInstruction{0x00, 0, 0, 0});
  program.push_back({0x06, 0, 0, k});
  return program;
}

class FilterTableTest : public testing::Test {
 protected:
  uint32_t run(FilterId id) const { return table_->run(id, FilterSubject{}); }

  std::unique_ptr<FilterTable> table_ = std::make_unique<FilterTable>();
};

TEST_F(FilterTableTest, WithoutAFilterEverythingIsWanted) {
  EXPECT_EQ(run(FilterId{}), UINT32_MAX);
  EXPECT_TRUE(table_->program(FilterId{}).empty());
}

TEST_F(FilterTableTest, ProgramsKeepTheirTextWhenOthersGo) {
  const FilterId first = table_->add(returning(1, 5), false).value();
  const FilterId second = table_->add(returning(2, 3), false).value();
  const FilterId third = table_->add(returning(3), false).value();
  table_->release(first);
  EXPECT_EQ(run(second), 2u);
  EXPECT_EQ(run(third), 3u);
  EXPECT_EQ(table_->program(second).size(), 4u);
  table_->release(third);
  EXPECT_EQ(run(second), 2u);
  EXPECT_EQ(table_->used(), 1u);
}

TEST_F(FilterTableTest, ASharedOneStaysUntilTheLastLetsGo) {
  const FilterId id = table_->add(returning(9), false).value();
  table_->share(id);
  table_->release(id);
  EXPECT_EQ(run(id), 9u);
  table_->release(id);
  EXPECT_EQ(table_->used(), 0u);
}

TEST_F(FilterTableTest, KnowsWhetherAStreamHasAFilter) {
  const FilterId of_datagrams = table_->add(returning(1), false).value();
  EXPECT_FALSE(table_->has_stream_filters());
  const FilterId of_streams = table_->add(returning(2), true).value();
  table_->share(of_streams);
  table_->release(of_streams);
  EXPECT_TRUE(table_->has_stream_filters());
  table_->release(of_streams);
  EXPECT_FALSE(table_->has_stream_filters());
  table_->release(of_datagrams);
  EXPECT_FALSE(table_->has_stream_filters());
}

TEST_F(FilterTableTest, RefusesBadProgramsAndMoreThanFit) {
  EXPECT_EQ(table_->add({}, false).error(), Error::kInvalid);
  const auto half = returning(1, kConfig.filter_instructions / 2);
  const FilterId id = table_->add(half, false).value();
  EXPECT_EQ(table_->add(half, false).error(), Error::kNoMemory);
  table_->release(id);
  EXPECT_TRUE(table_->add(half, false).ok());
}

TEST_F(FilterTableTest, RefusesMoreProgramsThanThereArePlaces) {
  for (size_t i = 0; i < kConfig.filters; ++i) ASSERT_TRUE(table_->add(returning(1), false).ok());
  EXPECT_EQ(table_->add(returning(1), false).error(), Error::kNoMemory);
}

}  // namespace
}  // namespace tapstack::link
