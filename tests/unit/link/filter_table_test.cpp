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
  const FilterId first = table_->add(returning(1, 5)).value();
  const FilterId second = table_->add(returning(2, 3)).value();
  const FilterId third = table_->add(returning(3)).value();
  table_->release(first);
  EXPECT_EQ(run(second), 2u);
  EXPECT_EQ(run(third), 3u);
  EXPECT_EQ(table_->program(second).size(), 4u);
  table_->release(third);
  EXPECT_EQ(run(second), 2u);
  EXPECT_EQ(table_->used(), 1u);
}

TEST_F(FilterTableTest, ASharedOneStaysUntilTheLastLetsGo) {
  const FilterId id = table_->add(returning(9)).value();
  table_->share(id);
  table_->release(id);
  EXPECT_EQ(run(id), 9u);
  table_->release(id);
  EXPECT_EQ(table_->used(), 0u);
}

TEST_F(FilterTableTest, RefusesBadProgramsAndMoreThanFit) {
  EXPECT_EQ(table_->add({}).error(), Error::kInvalid);
  const auto half = returning(1, kConfig.filter_instructions / 2);
  const FilterId id = table_->add(half).value();
  EXPECT_EQ(table_->add(half).error(), Error::kNoMemory);
  table_->release(id);
  EXPECT_TRUE(table_->add(half).ok());
}

TEST_F(FilterTableTest, RefusesMoreProgramsThanThereArePlaces) {
  for (size_t i = 0; i < kConfig.filters; ++i) ASSERT_TRUE(table_->add(returning(1)).ok());
  EXPECT_EQ(table_->add(returning(1)).error(), Error::kNoMemory);
}

}  // namespace
}  // namespace tapstack::link
