#include "socket/socket_table.h"

#include <gtest/gtest.h>

#include <memory>

namespace tapstack::socket {
namespace {

class SocketTableTest : public testing::Test {
 protected:
  SocketId add() { return *table_->add(SocketKind::kUdp, 17); }
  std::unique_ptr<SocketTable> table_ = std::make_unique<SocketTable>();
};

TEST_F(SocketTableTest, AnIdIsStaleAfterRemoval) {
  const SocketId id = add();
  EXPECT_NE(table_->find(id), nullptr);
  table_->remove(id);
  EXPECT_EQ(table_->find(id), nullptr);
  const SocketId next = add();
  EXPECT_EQ(next.index, id.index);
  EXPECT_EQ(table_->find(id), nullptr);
}

TEST_F(SocketTableTest, IsFullAtItsCapacity) {
  for (size_t n = 0; n < kConfig.sockets; ++n) add();
  EXPECT_EQ(table_->add(SocketKind::kTcp, 6).error(), Error::kTooManySockets);
}

TEST_F(SocketTableTest, EventsComeInTheirOrderAndOnce) {
  const SocketId a = add(), b = add();
  table_->add_event(b.index);
  table_->add_event(a.index);
  table_->add_event(b.index);
  SocketId id;
  ASSERT_TRUE(table_->next_event(id));
  EXPECT_EQ(id, b);
  table_->add_event(b.index);  // a further edge after it was taken
  ASSERT_TRUE(table_->next_event(id));
  EXPECT_EQ(id, a);
  ASSERT_TRUE(table_->next_event(id));
  EXPECT_EQ(id, b);
  EXPECT_FALSE(table_->next_event(id));
}

TEST_F(SocketTableTest, ARemovedSocketHasNoEventAnyMore) {
  const SocketId a = add(), b = add(), c = add();
  for (const SocketId id : {a, b, c}) table_->add_event(id.index);
  table_->remove(c);
  table_->remove(a);
  SocketId id;
  ASSERT_TRUE(table_->next_event(id));
  EXPECT_EQ(id, b);
  EXPECT_FALSE(table_->next_event(id));
  table_->add_event(b.index);
  EXPECT_TRUE(table_->next_event(id));
}

TEST_F(SocketTableTest, AnEventOfNobodyIsIgnored) {
  table_->add_event(5);
  SocketId id;
  EXPECT_FALSE(table_->next_event(id));
}

TEST_F(SocketTableTest, TheStarvedAreFedTogether) {
  const SocketId a = add(), b = add(), c = add();
  for (const SocketId id : {a, b, c}) table_->add_starved(id.index);
  table_->remove(b);
  table_->feed_starved();
  EXPECT_FALSE(table_->has_starved());
  SocketId id;
  EXPECT_TRUE(table_->next_event(id));
  EXPECT_TRUE(table_->next_event(id));
  EXPECT_FALSE(table_->next_event(id));
}

}  // namespace
}  // namespace tapstack::socket
