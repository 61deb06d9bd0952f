#include "shim/proc/path.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>

namespace tapstack::shim::proc {
namespace {

std::string resolved(const char* path, int folder = AT_FDCWD) {
  Path out;
  return out.resolve(folder, path) ? std::string(out.text()) : "elsewhere";
}

// The working folder as it was, for the tests behind.
class WorkingFolder {
 public:
  explicit WorkingFolder(const char* path) : before_(::open(".", O_PATH | O_CLOEXEC)) {
    EXPECT_EQ(::chdir(path), 0);
    Nearness::working_folder_changed();
  }
  ~WorkingFolder() {
    EXPECT_EQ(::fchdir(before_), 0);
    ::close(before_);
    Nearness::working_folder_changed();
  }
  WorkingFolder(const WorkingFolder&) = delete;
  WorkingFolder& operator=(const WorkingFolder&) = delete;

 private:
  int before_;
};

TEST(ProcPath, DotsAndDoubledSlashesFallOut) {
  EXPECT_EQ(resolved("/proc/net/tcp"), "/proc/net/tcp");
  EXPECT_EQ(resolved("/proc/./net//tcp/"), "/proc/net/tcp");
  EXPECT_EQ(resolved("/proc/sys/net/../../net/udp"), "/proc/net/udp");
  EXPECT_EQ(resolved("/sys/class/net/."), "/sys/class/net");
}

TEST(ProcPath, AboveTheRootIsTheRoot) {
  EXPECT_EQ(resolved("/proc/../../../sys/class"), "/sys/class");
}

TEST(ProcPath, OtherFoldersAreElsewhere) {
  EXPECT_EQ(resolved("/etc/hosts"), "elsewhere");
  EXPECT_EQ(resolved("/process"), "elsewhere");
  EXPECT_EQ(resolved("/proc/../etc"), "elsewhere");
  EXPECT_EQ(resolved(""), "elsewhere");
}

TEST(ProcPath, WhatIsLongerThanAnyOfOursIsElsewhere) {
  const std::string longest = "/proc/" + std::string(Path::kMax - 6, 'a');
  EXPECT_EQ(resolved(longest.c_str()), longest);
  EXPECT_EQ(resolved((longest + "a").c_str()), "elsewhere");
}

TEST(ProcPath, ARelativePathBeginsAtTheWorkingFolder) {
  const WorkingFolder folder("/proc/sys/net");
  EXPECT_EQ(resolved("ipv4/tcp_sack"), "/proc/sys/net/ipv4/tcp_sack");
  EXPECT_EQ(resolved("../../../etc"), "elsewhere");
}

TEST(ProcPath, ARelativePathBeginsAtAnOpenFolder) {
  const int folder = ::open("/proc/sys", O_PATH | O_CLOEXEC);
  EXPECT_EQ(resolved("net/ipv4", folder), "/proc/sys/net/ipv4");
  EXPECT_EQ(resolved("/sys/class", folder), "/sys/class");
  ::close(folder);
  EXPECT_EQ(resolved("net/ipv4", folder), "elsewhere");
}

TEST(ProcPath, AMemfdIsWhatItsNameSays) {
  const int fd = ::memfd_create("/sys/class/net/ts0", MFD_CLOEXEC);
  Path path;
  ASSERT_TRUE(path.resolve_descriptor(fd));
  EXPECT_EQ(path.text(), "/sys/class/net/ts0");
  EXPECT_EQ(resolved("mtu", fd), "/sys/class/net/ts0/mtu");
  ::close(fd);
  EXPECT_FALSE(path.resolve_descriptor(fd));
}

TEST(ProcPath, OnlyAbsolutePathsOfTheTwoFoldersAreNear) {
  const WorkingFolder folder("/");
  EXPECT_TRUE(may_be_near(AT_FDCWD, "/proc/net/tcp"));
  EXPECT_TRUE(may_be_near(AT_FDCWD, "/sys/class"));
  EXPECT_FALSE(may_be_near(AT_FDCWD, "/home"));
  EXPECT_FALSE(may_be_near(AT_FDCWD, "proc/net/tcp"));
}

TEST(ProcPath, RelativePathsAreNearInAFolderBelowThem) {
  {
    const WorkingFolder folder("/proc/sys");
    EXPECT_TRUE(may_be_near(AT_FDCWD, "net"));
  }
  const WorkingFolder folder("/");
  EXPECT_FALSE(may_be_near(AT_FDCWD, "net"));
}

}  // namespace
}  // namespace tapstack::shim::proc
