#include "tapif/link_monitor.h"

#include <gtest/gtest.h>
#include <poll.h>

namespace tapstack::tapif {
namespace {

bool is_readable(int fd) {
  pollfd one{fd, POLLIN, 0};
  return ::poll(&one, 1, 0) > 0;
}

TEST(LinkMonitor, IsQuietWhileNothingChanges) {
  LinkMonitor monitor(0);
  if (monitor.fd() < 0) GTEST_SKIP() << "rtnetlink may not be used here";
  monitor.drain();
  EXPECT_FALSE(is_readable(monitor.fd()));
}

TEST(LinkMonitor, ItsDescriptorIsAboveTheFloorAndClosedOnExec) {
  const LinkMonitor monitor(300);
  if (monitor.fd() < 0) GTEST_SKIP() << "rtnetlink may not be used here";
  EXPECT_GE(monitor.fd(), 300);
  EXPECT_NE(::fcntl(monitor.fd(), F_GETFD) & FD_CLOEXEC, 0);
}

}  // namespace
}  // namespace tapstack::tapif
