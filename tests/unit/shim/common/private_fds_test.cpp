#include "shim/common/private_fds.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>

namespace tapstack::shim {
namespace {

class PrivateFds : public ::testing::Test {
 protected:
  void SetUp() override { private_fds::prepare(); }
  int open_file() { return open("/dev/null", O_RDONLY); }
  bool is_open(int fd) { return fcntl(fd, F_GETFD) >= 0; }
};

TEST_F(PrivateFds, AreHighCloseOnExecAndKnown) {
  const int low = open_file();
  const int fd = private_fds::move_high(low);
  ASSERT_GE(fd, private_fds::floor());
  EXPECT_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
  EXPECT_TRUE(private_fds::is_private(fd));
  EXPECT_FALSE(is_open(low));
  private_fds::close(fd);
  EXPECT_FALSE(private_fds::is_private(fd));
  EXPECT_FALSE(is_open(fd));
}

TEST_F(PrivateFds, ACopyLeavesTheOriginal) {
  const int low = open_file();
  const int fd = private_fds::copy_high(low);
  EXPECT_TRUE(is_open(low));
  EXPECT_FALSE(private_fds::is_private(low));
  private_fds::close(fd);
  ::close(low);
}

TEST_F(PrivateFds, ABadDescriptorIsAnError) { EXPECT_EQ(private_fds::move_high(-1), -EBADF); }

TEST_F(PrivateFds, RangesFindThemOneByOne) {
  const int a = private_fds::move_high(open_file());
  const int b = private_fds::move_high(open_file());
  const auto number = [](int fd) { return static_cast<unsigned>(fd); };
  EXPECT_EQ(private_fds::next_private(0, ~0u), a);
  EXPECT_EQ(private_fds::next_private(number(a) + 1, ~0u), b);
  EXPECT_EQ(private_fds::next_private(number(b) + 1, ~0u), -1);
  EXPECT_EQ(private_fds::next_private(0, number(a) - 1), -1);
  private_fds::close(a);
  private_fds::close(b);
}

TEST_F(PrivateFds, CloseAllClosesEachOfThem) {
  const int a = private_fds::move_high(open_file());
  const int b = private_fds::move_high(open_file());
  private_fds::close_all();
  EXPECT_FALSE(is_open(a));
  EXPECT_FALSE(is_open(b));
}

TEST_F(PrivateFds, DescriptorsPlacedAtTheFloorAreTakenIn) {
  const int low = open_file();
  const int fd = fcntl(low, F_DUPFD_CLOEXEC, private_fds::floor());
  EXPECT_FALSE(private_fds::is_private(fd));
  private_fds::adopt_at_floor();
  EXPECT_TRUE(private_fds::is_private(fd));
  private_fds::close(fd);
  ::close(low);
}

TEST_F(PrivateFds, TheProgramSeesItsOwnLimitAndTheKernelHasTheHardOne) {
  rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  EXPECT_EQ(limit.rlim_cur, limit.rlim_max);
  const rlimit before = private_fds::program_limit();
  private_fds::set_program_limit({77, 88});
  EXPECT_EQ(private_fds::program_soft_limit(), 77u);
  EXPECT_EQ(private_fds::program_limit().rlim_max, 88u);
  private_fds::set_program_limit(before);  // for the tests behind
}

}  // namespace
}  // namespace tapstack::shim
