#include "mem/list.h"

#include <gtest/gtest.h>

#include <vector>

#include "mem/pool.h"

namespace tapstack::mem {
namespace {

struct Node {
  ListLinks links;
};

class ListTest : public testing::Test {
 protected:
  ListTest() {
    for (Index& index : items_) index = pool_.allocate().index;
  }
  auto links() { return links_in(pool_, &Node::links); }
  std::vector<Index> forward() {
    std::vector<Index> found;
    for (Index i = list_.front(); i != kNoIndex; i = links()(i).next) found.push_back(i);
    return found;
  }
  std::vector<Index> backward() {
    std::vector<Index> found;
    for (Index i = list_.back(); i != kNoIndex; i = links()(i).prev) found.push_back(i);
    return found;
  }

  Pool<Node, 3, struct NodeTag> pool_;
  Index items_[3];
  List list_;
};

TEST_F(ListTest, KeepsTheOrderOfAdding) {
  list_.push_back(items_[1], links());
  list_.push_back(items_[2], links());
  list_.push_front(items_[0], links());
  EXPECT_EQ(forward(), (std::vector<Index>{items_[0], items_[1], items_[2]}));
  EXPECT_EQ(backward(), (std::vector<Index>{items_[2], items_[1], items_[0]}));
}

TEST_F(ListTest, RemovesFromTheMiddleAndBothEnds) {
  for (const Index index : items_) list_.push_back(index, links());
  list_.remove(items_[1], links());
  EXPECT_EQ(forward(), (std::vector<Index>{items_[0], items_[2]}));
  list_.remove(items_[2], links());
  EXPECT_EQ(backward(), (std::vector<Index>{items_[0]}));
  list_.remove(items_[0], links());
  EXPECT_TRUE(list_.is_empty());
}

TEST_F(ListTest, PopsFromTheFrontUntilEmpty) {
  for (const Index index : items_) list_.push_back(index, links());
  for (const Index index : items_) EXPECT_EQ(list_.pop_front(links()), index);
  EXPECT_EQ(list_.pop_front(links()), kNoIndex);
  EXPECT_EQ(list_.size(), 0u);
}

TEST_F(ListTest, ARemovedItemCanBeAddedAgain) {
  list_.push_back(items_[0], links());
  list_.push_back(items_[1], links());
  list_.remove(items_[0], links());
  list_.push_back(items_[0], links());
  EXPECT_EQ(forward(), (std::vector<Index>{items_[1], items_[0]}));
}

}  // namespace
}  // namespace tapstack::mem
