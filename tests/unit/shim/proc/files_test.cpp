#include "shim/proc/files.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "shim/proc/attributes.h"
#include "tests/unit/shim/proc/asked_engine.h"

namespace tapstack::shim::proc {
namespace {

using Kind = File::Kind;

std::optional<File> find(const std::string& name) {
  Path path;
  return path.resolve(AT_FDCWD, name.c_str()) ? find_file(path) : std::nullopt;
}

// The kind of a file and what its kind knows of it; "kernel" of none.
std::string found(const std::string& name) {
  const char* const kKinds[] = {"table", "setting", "attribute", "folder", "link", "absent"};
  const auto file = find(name);
  return file ? kKinds[static_cast<size_t>(file->kind)] + (" " + std::string(file->name()))
              : "kernel";
}

std::string read_all(int fd) {
  std::string text;
  char piece[512];
  for (long got = 0; (got = ::read(fd, piece, sizeof piece)) > 0;) {
    text.append(piece, static_cast<size_t>(got));
  }
  return text;
}

TEST(ProcFiles, TablesAreThoseOfTheProcessAndItsNamespace) {
  const std::string own = std::to_string(::getpid()), parent = std::to_string(::getppid());
  for (const std::string& folder :
       {std::string("/proc"), std::string("/proc/self"), std::string("/proc/thread-self"),
        "/proc/" + own, "/proc/" + own + "/task/" + own, "/proc/" + parent}) {
    EXPECT_EQ(found(folder + "/net/tcp6"), "table tcp6") << folder;
  }
  EXPECT_EQ(found("/proc/net/rpc"), "kernel");
  EXPECT_EQ(found("/proc/net"), "kernel");
  EXPECT_EQ(found("/proc/999999999/net/tcp"), "kernel");
  EXPECT_EQ(found("/proc/" + own + "x/net/tcp"), "kernel");
  EXPECT_EQ(found("/proc/" + own + "/status"), "kernel");
}

TEST(ProcFiles, SettingsThatTheStackHasNoNotionOfAreTheKernels) {
  EXPECT_EQ(found("/proc/sys/net/ipv4/tcp_sack"), "setting ipv4/tcp_sack");
  EXPECT_EQ(found("/proc/sys/net/ipv4/ip_local_reserved_ports"), "kernel");
}

TEST(ProcFiles, TheFolderOfInterfacesHasThoseOfTheStackAlone) {
  ASSERT_EQ(::setenv("TAPSTACK_TAP", "tap7", 1), 0);
  EXPECT_EQ(found("/sys/class/net"), "folder ");
  EXPECT_EQ(found("/sys/class/net/lo"), "link lo");
  EXPECT_EQ(found("/sys/class/net/tap7"), "link tap7");
  EXPECT_EQ(found("/sys/class/net/tap7/mtu"), "attribute tap7/mtu");
  EXPECT_EQ(found("/sys/class/net/tap7/statistics"), "folder tap7/statistics");
  EXPECT_EQ(found("/sys/devices/virtual/net/tap7"), "folder tap7");
  EXPECT_EQ(found("/sys/class/net/ts0"), "absent ts0");
  EXPECT_EQ(found("/sys/class/net/tap7/wireless"), "absent tap7/wireless");
  EXPECT_EQ(found("/sys/class/network"), "kernel");
  ::unsetenv("TAPSTACK_TAP");
}

TEST(ProcFiles, AFolderListsWhatCanBeFoundInIt) {
  for (const std::string folder : {"", "lo", "lo/statistics"}) {
    size_t n = 0;
    for (std::string name; !(name = attribute_entry(folder, n)).empty(); ++n) {
      const std::string path = "/sys/devices/virtual/net/" + folder + "/" + name;
      ASSERT_NE(find(path), std::nullopt) << path;
      EXPECT_NE(find(path)->kind, Kind::kAbsent) << path;
    }
    EXPECT_GE(n, 2u) << folder;
  }
}

TEST(ProcFiles, StatusIsThatOfProcfsAndSysfs) {
  struct stat status;
  ASSERT_EQ(describe(*find("/proc/net/tcp"), true, status), 0);
  EXPECT_EQ(status.st_mode, static_cast<mode_t>(S_IFREG | 0444));
  EXPECT_EQ(status.st_size, 0);
  ASSERT_EQ(describe(*find("/sys/class/net/lo"), true, status), 0);
  EXPECT_EQ(status.st_mode, static_cast<mode_t>(S_IFDIR | 0755));
  ASSERT_EQ(describe(*find("/sys/class/net/lo"), false, status), 0);
  EXPECT_EQ(status.st_mode, static_cast<mode_t>(S_IFLNK | 0777));
  ASSERT_EQ(describe(*find("/sys/class/net/lo/mtu"), true, status), 0);
  EXPECT_EQ(status.st_size, 4096);
  EXPECT_EQ(describe(*find("/sys/class/net/absent0"), true, status), ENOENT);
}

TEST(ProcFiles, ATextIsWrittenAnewForWhoReadsItAgain) {
  test::AskedEngine engine;
  const int fd = open_file(*find("/proc/net/udp"), true);
  ASSERT_GE(fd, 0);
  const std::string before = read_all(fd);
  EXPECT_EQ(std::count(before.begin(), before.end(), '\n'), 1);
  ASSERT_EQ(engine.host().bind(engine.host().open(SocketKind::kUdp), 5000), 0);
  refresh(fd);
  EXPECT_EQ(::lseek(fd, 0, SEEK_SET), 0);
  const std::string after = read_all(fd);
  EXPECT_EQ(std::count(after.begin(), after.end(), '\n'), 2) << after;
  EXPECT_NE(after.find(":1388 "), after.npos);
  ::close(fd);
}

TEST(ProcFiles, ACopyOfATextIsKnownAgainAndOtherFilesAreNot) {
  test::AskedEngine engine;
  const int fd = open_file(*find("/proc/net/tcp"), true);
  const int copy = ::dup(fd), other = ::open("/proc/self/status", O_RDONLY | O_CLOEXEC);
  ::close(fd);
  ASSERT_NE(find_opened(copy), std::nullopt);
  EXPECT_EQ(find_opened(copy)->name(), "tcp");
  EXPECT_EQ(find_opened(other), std::nullopt);
  EXPECT_EQ(find_opened(-1), std::nullopt);
  ::close(copy);
  ::close(other);
}

TEST(ProcFiles, ATextCanOnlyBeRead) {
  test::AskedEngine engine;
  const int fd = open_file(*find("/proc/net/tcp"), false);
  EXPECT_EQ(::fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
  EXPECT_EQ(::fcntl(fd, F_GETFD), 0);
  ::close(fd);
}

}  // namespace
}  // namespace tapstack::shim::proc
