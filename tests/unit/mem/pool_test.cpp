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

std::vector<Index> live(const ItemPool& pool) {
  std::vector<Index> found;
  for (Index i = pool.next_live(0); i != kNoIndex; i = pool.next_live(i + 1)) found.push_back(i);
  return found;
}

TEST(Pool, ANewObjectHasItsInitialValues) {
  ItemPool pool;
  const ItemPool::Id id = pool.allocate();
  pool.get(id)->value = 9;
  pool.release(id);
  EXPECT_EQ(pool.get(pool.allocate())->value, 7);
}

TEST(Pool, ExhaustionIsANullHandleAndPasses) {
  ItemPool pool;
  const ItemPool::Id first = pool.allocate();
  pool.allocate();
  pool.allocate();
  EXPECT_TRUE(pool.allocate().is_null());
  pool.release(first);
  EXPECT_FALSE(pool.allocate().is_null());
}

TEST(Pool, TheLastReleasedIsUsedFirst) {
  ItemPool pool;
  const ItemPool::Id a = pool.allocate();
  const ItemPool::Id b = pool.allocate();
  pool.release(b);
  pool.release(a);
  EXPECT_EQ(pool.allocate().index, a.index);
  EXPECT_EQ(pool.allocate().index, b.index);
}

TEST(Pool, AHandleOfAReleasedObjectIsStale) {
  ItemPool pool;
  const ItemPool::Id id = pool.allocate();
  pool.release(id);
  EXPECT_EQ(pool.get(id), nullptr);
}

TEST(Pool, AHandleIsStaleForTheNextOccupant) {
  ItemPool pool;
  const ItemPool::Id old = pool.allocate();
  pool.release(old);
  const ItemPool::Id id = pool.allocate();
  EXPECT_EQ(id.index, old.index);
  EXPECT_EQ(pool.get(old), nullptr);
  EXPECT_NE(pool.get(id), nullptr);
}

TEST(Pool, NullAndMadeUpHandlesFindNothing) {
  ItemPool pool;
  pool.allocate();
  EXPECT_EQ(pool.get({}), nullptr);
  EXPECT_EQ(pool.get({0, 0}), nullptr);
  EXPECT_EQ(pool.get({kCapacity + 5, 1}), nullptr);
  EXPECT_EQ(pool.get({1, 1}), nullptr);
}

TEST(Pool, IdAtGivesTheOccupantsHandle) {
  ItemPool pool;
  const ItemPool::Id id = pool.allocate();
  EXPECT_EQ(pool.id_at(id.index), id);
  pool.release(id);
  EXPECT_TRUE(pool.id_at(id.index).is_null());
}

TEST(Pool, WalkVisitsTheLiveOnes) {
  ItemPool pool;
  pool.allocate();
  const ItemPool::Id middle = pool.allocate();
  pool.allocate();
  pool.release(middle);
  EXPECT_EQ(live(pool), (std::vector<Index>{0, 2}));
}

TEST(Pool, CountsUseAndItsHighWaterMark) {
  ItemPool pool;
  const ItemPool::Id a = pool.allocate();
  pool.allocate();
  pool.release(a);
  EXPECT_EQ(pool.used(), 1u);
  EXPECT_EQ(pool.high_water(), 2u);
  EXPECT_EQ(ItemPool::capacity(), kCapacity);
}

TEST(Pool, WorksInMemoryThatHeldSomethingElse) {
  alignas(ItemPool) unsigned char memory[sizeof(ItemPool)];
  test::soil(memory, sizeof memory);
  ItemPool& pool = *new (memory) ItemPool;
  EXPECT_EQ(pool.get({0, 0xa5a5a5a5}), nullptr);
  const ItemPool::Id id = pool.allocate();
  EXPECT_NE(pool.get(id), nullptr);
  EXPECT_EQ(live(pool), (std::vector<Index>{0}));
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

TEST(PoolDeathTest, ReleasingTwiceIsAnError) {
  ItemPool pool;
  const ItemPool::Id id = pool.allocate();
  pool.release(id);
  EXPECT_DEATH(pool.release(id), "assertion failed");
}

TEST(PoolDeathTest, AtAFreeIndexIsAnError) {
  ItemPool pool;
  EXPECT_DEATH(pool.at(0), "assertion failed");
}

}  // namespace
}  // namespace tapstack::mem
