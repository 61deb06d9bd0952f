#include "shim/common/rendezvous.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>

#include "shim/common/private_fds.h"

namespace tapstack::shim {
namespace {

// A name that no other test run in this network namespace has.
std::string unique_device() { return "test" + std::to_string(::getpid()); }

class Rendezvous : public ::testing::Test {
 protected:
  void SetUp() override { private_fds::prepare(); }
};

TEST_F(Rendezvous, WhoJoinsHasAChannelToWhoServes) {
  const int served = open_rendezvous(unique_device());
  ASSERT_GE(served, 0);
  const int joined = join_rendezvous(unique_device());
  ASSERT_GE(joined, 0);
  const int channel = accept_joiner(served);
  ASSERT_GE(channel, 0);
  EXPECT_TRUE(is_same_user(channel));
  ASSERT_EQ(::write(joined, "question", 8), 8);
  char bytes[16];
  EXPECT_EQ(::read(channel, bytes, sizeof bytes), 8);
  ::close(channel);
  private_fds::close(joined);
  private_fds::close(served);
}

TEST_F(Rendezvous, NobodyServesADeviceTwice) {
  const int served = open_rendezvous(unique_device());
  ASSERT_GE(served, 0);
  EXPECT_EQ(open_rendezvous(unique_device()), -EADDRINUSE);
  private_fds::close(served);
}

TEST_F(Rendezvous, JoiningNobodyIsRefused) {
  EXPECT_EQ(join_rendezvous(unique_device()), -ECONNREFUSED);
}

TEST_F(Rendezvous, NobodyWaitsBeforeOneHasJoined) {
  const int served = open_rendezvous(unique_device());
  EXPECT_EQ(accept_joiner(served), -EAGAIN);
  private_fds::close(served);
}

TEST_F(Rendezvous, ItsDescriptorsArePrivate) {
  const int served = open_rendezvous(unique_device());
  const int joined = join_rendezvous(unique_device());
  EXPECT_TRUE(private_fds::is_private(served));
  EXPECT_TRUE(private_fds::is_private(joined));
  private_fds::close_all_but(served);
  EXPECT_FALSE(private_fds::is_private(joined));
  EXPECT_TRUE(private_fds::is_private(served));
  private_fds::close(served);
}

}  // namespace
}  // namespace tapstack::shim
