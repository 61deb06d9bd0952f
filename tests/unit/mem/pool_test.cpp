#include "mem/pool.h"

#include <gtest/gtest.h>

#include <memory>
#include <type_traits>
#include <vector>

#include "tests/unit/support/soil.h"

namespace tapstack::mem {
namespace {

struct Item {
  int value = 7;
  uint8_t untouched[3];
};

constexpr size_t kCapacity = 3;
using ItemPool = Pool<Item, kCapacity, struct ItemTag>;
static_assert(std::is_trivially_copyable_v<ItemPool>);

class PoolTest : public testing::Test {
 protected:
  std::vector<Index> live() const {
    std::vector<Index> found;
    for (Index i = pool_.next_live(0); i != kNoIndex; i = pool_.next_live(i + 1)) {
      found.push_back(i);
    }
    return found;
  }

  ItemPool pool_;
};
using PoolDeathTest = PoolTest;

TEST_F(PoolTest, ANewObjectHasItsInitialValues) {
  const ItemPool::Id id = pool_.allocate();
  pool_.get(id)->value = 9;
  pool_.release(id);
  EXPECT_EQ(pool_.get(pool_.allocate())->value, 7);
}

TEST_F(PoolTest, ExhaustionIsANullHandleAndPasses) {
  const ItemPool::Id first = pool_.allocate();
  pool_.allocate();
  pool_.allocate();
  EXPECT_TRUE(pool_.allocate().is_null());
  pool_.release(first);
  EXPECT_FALSE(pool_.allocate().is_null());
}

TEST_F(PoolTest, TheLastReleasedIsUsedFirst) {
  const ItemPool::Id a = pool_.allocate();
  const ItemPool::Id b = pool_.allocate();
  pool_.release(b);
  pool_.release(a);
  EXPECT_EQ(pool_.allocate().index, a.index);
  EXPECT_EQ(pool_.allocate().index, b.index);
}

TEST_F(PoolTest, AHandleOfAReleasedObjectIsStale) {
  const ItemPool::Id id = pool_.allocate();
  pool_.release(id);
  EXPECT_EQ(pool_.get(id), nullptr);
}

TEST_F(PoolTest, AHandleIsStaleForTheNextOccupant) {
  const ItemPool::Id old = pool_.allocate();
  pool_.release(old);
  const ItemPool::Id id = pool_.allocate();
  EXPECT_EQ(id.index, old.index);
  EXPECT_EQ(pool_.get(old), nullptr);
  EXPECT_NE(pool_.get(id), nullptr);
}

TEST_F(PoolTest, NullAndMadeUpHandlesFindNothing) {
  pool_.allocate();
  EXPECT_EQ(pool_.get({}), nullptr);
  EXPECT_EQ(pool_.get({0, 0}), nullptr);
  EXPECT_EQ(pool_.get({kCapacity + 5, 1}), nullptr);
  EXPECT_EQ(pool_.get({1, 1}), nullptr);
}

TEST_F(PoolTest, IdAtGivesTheOccupantsHandle) {
  const ItemPool::Id id = pool_.allocate();
  EXPECT_EQ(pool_.id_at(id.index), id);
  pool_.release(id);
  EXPECT_TRUE(pool_.id_at(id.index).is_null());
}

TEST_F(PoolTest, WalkVisitsTheLiveOnes) {
  pool_.allocate();
  const ItemPool::Id middle = pool_.allocate();
  pool_.allocate();
  pool_.release(middle);
  EXPECT_EQ(live(), (std::vector<Index>{0, 2}));
}

TEST_F(PoolTest, CountsUseAndItsHighWaterMark) {
  const ItemPool::Id a = pool_.allocate();
  pool_.allocate();
  pool_.release(a);
  EXPECT_EQ(pool_.used(), 1u);
  EXPECT_EQ(pool_.high_water(), 2u);
  EXPECT_EQ(ItemPool::capacity(), kCapacity);
}

class SoiledPoolTest : public PoolTest {
 protected:
  SoiledPoolTest() {
    test::soil(&pool_, sizeof pool_);
    new (&pool_) ItemPool;
  }
};

TEST_F(SoiledPoolTest, WorksInMemoryThatHeldSomethingElse) {
  EXPECT_EQ(pool_.get({0, 0xa5a5a5a5}), nullptr);
  const ItemPool::Id id = pool_.allocate();
  EXPECT_NE(pool_.get(id), nullptr);
  EXPECT_EQ(live(), (std::vector<Index>{id.index}));
}

TEST(Pool, ConstructionTouchesNoStorage) {
  using BigPool = Pool<Item, 1000, struct BigTag>;
  alignas(BigPool) static unsigned char memory[sizeof(BigPool)];
  test::soil(memory, sizeof memory);
  new (memory) BigPool();
  EXPECT_LE(test::bytes_written(memory, sizeof memory), 32u);
}

TEST(Pool, HandlesHoldAfterACopyElsewhere) {
  auto pool = std::make_unique<ItemPool>();
  const ItemPool::Id id = pool->allocate();
  pool->get(id)->value = 42;
  const auto copy = std::make_unique<ItemPool>(*pool);
  pool.reset();
  EXPECT_EQ(copy->get(id)->value, 42);
}

TEST_F(PoolDeathTest, ReleasingTwiceIsAnError) {
  const ItemPool::Id id = pool_.allocate();
  pool_.release(id);
  EXPECT_DEATH(pool_.release(id), "assertion failed");
}

TEST_F(PoolDeathTest, AtAFreeIndexIsAnError) { EXPECT_DEATH(pool_.at(0), "assertion failed"); }

}  // namespace
}  // namespace tapstack::mem
