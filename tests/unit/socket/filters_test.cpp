#include "socket/filters.h"

#include "socket/packet_socket.h"
#include "tests/unit/socket/socket_test.h"

namespace tapstack::socket {
namespace {

constexpr link::FilterInstruction kAll{0x06, 0, 0, 0xffff};
constexpr link::FilterInstruction kBad{0x01, 0, 0, 0};

class FiltersTest : public SocketTest {
 protected:
  Status attach(SocketId id, const link::FilterInstruction& only) {
    return attach_filter(env(), id, {&only, 1});
  }

  SocketId id_ = *open_packet(env(), false, frame_protocol::kAll);
};

TEST_F(FiltersTest, AnotherReplacesTheFirst) {
  EXPECT_TRUE(filter(view(), id_)->empty());
  ASSERT_TRUE(attach(id_, kAll).ok());
  const link::FilterInstruction other{0x06, 0, 0, 7};
  ASSERT_TRUE(attach(id_, other).ok());
  EXPECT_EQ(filter(view(), id_)->front(), other);
  EXPECT_EQ(layers_->network.parts().filters.used(), 1u);
}

TEST_F(FiltersTest, ABadProgramLeavesTheOldOne) {
  ASSERT_TRUE(attach(id_, kAll).ok());
  EXPECT_EQ(attach(id_, kBad).error(), Error::kInvalid);
  EXPECT_EQ(filter(view(), id_)->front(), kAll);
}

TEST_F(FiltersTest, DetachingNeedsOne) {
  EXPECT_EQ(detach_filter(env(), id_).error(), Error::kNoEntry);
  ASSERT_TRUE(attach(id_, kAll).ok());
  EXPECT_TRUE(detach_filter(env(), id_).ok());
  EXPECT_TRUE(filter(view(), id_)->empty());
}

TEST_F(FiltersTest, ALockIsForEver) {
  ASSERT_TRUE(attach(id_, kAll).ok());
  EXPECT_TRUE(lock_filter(env(), id_, false).ok());
  ASSERT_TRUE(lock_filter(env(), id_, true).ok());
  EXPECT_TRUE(*is_filter_locked(view(), id_));
  EXPECT_EQ(lock_filter(env(), id_, false).error(), Error::kPermission);
  EXPECT_EQ(attach(id_, kAll).error(), Error::kPermission);
  EXPECT_EQ(detach_filter(env(), id_).error(), Error::kPermission);
}

}  // namespace
}  // namespace tapstack::socket
