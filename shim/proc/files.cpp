#include "shim/proc/files.h"

#include <fcntl.h>
#include <linux/memfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>
#include <string_view>

#include "shim/common/private_fds.h"
#include "shim/common/sys.h"
#include "shim/hooks/result.h"
#include "shim/proc/attributes.h"
#include "shim/proc/settings.h"
#include "shim/proc/tables.h"

namespace tapstack::shim::proc {

namespace {

struct Table {
  std::string_view name;
  int (*write)(Text& text);
};

constexpr Table kTables[] = {
    {"arp", write_arp},
    {"dev", write_dev},
    {"dev_mcast", write_dev_mcast},
    {"icmp", write_icmp},
    {"icmp6", write_icmp6},
    {"if_inet6", write_if_inet6},
    {"igmp", write_igmp},
    {"igmp6", write_igmp6},
    {"ipv6_route", write_ipv6_route},
    {"mcfilter", write_mcfilter},
    {"mcfilter6", write_mcfilter6},
    {"netlink", write_netlink},
    {"netstat", write_netstat},
    {"packet", write_packet},
    {"protocols", write_protocols},
    {"raw", write_raw},
    {"raw6", write_raw6},
    {"route", write_route},
    {"rt_cache", write_rt_cache},
    {"snmp", write_snmp},
    {"snmp6", write_snmp6},
    {"sockstat", write_sockstat},
    {"sockstat6", write_sockstat6},
    {"tcp", write_tcp},
    {"tcp6", write_tcp6},
    {"udp", write_udp},
    {"udp6", write_udp6},
    {"udplite", write_udplite},
    {"udplite6", write_udplite6},
    {"unix", write_unix},
};

static_assert(std::ranges::is_sorted(kTables, {}, &Table::name));

// Takes `prefix` off the front of `path`.
bool take(std::string_view& path, std::string_view prefix) {
  if (!path.starts_with(prefix)) return false;
  path.remove_prefix(prefix.size());
  return true;
}

// Takes a number and the slash behind it.
bool take_number(std::string_view& path, long& number) {
  size_t digits = 0;
  number = 0;
  while (digits < path.size() && path[digits] >= '0' && path[digits] <= '9' && digits < 9) {
    number = number * 10 + (path[digits++] - '0');
  }
  if (digits == 0 || digits == path.size() || path[digits] != '/') return false;
  path.remove_prefix(digits + 1);
  return true;
}

// The network namespace that a process is in, as /proc/PID/ns/net names it; empty: not to be told.
std::string_view namespace_of(long pid, std::array<char, 32>& room) {
  char path[48];
  std::snprintf(path, sizeof path, "/proc/%ld/ns/net", pid);
  const long bytes = sys::call(SYS_readlinkat, AT_FDCWD, sys::pointer(path),
                               sys::pointer(room.data()), room.size());
  return {room.data(), static_cast<size_t>(std::max(bytes, 0L))};
}

// The stack stands in for the network namespace of the program, and so for that of all who share
// it.
bool shares_namespace(long pid) {
  const long own = sys::call(SYS_getpid);
  if (pid == own || pid == sys::call(SYS_gettid)) return true;
  std::array<char, 32> theirs, ours;
  const std::string_view name = namespace_of(pid, theirs);
  return !name.empty() && name == namespace_of(own, ours);
}

// Takes what stands for the program, one of its threads or another process, if anything does.
bool take_process(std::string_view& path) {
  long number = 0;
  if (take(path, "self/") || take(path, "thread-self/")) {
    return !take(path, "task/") || take_number(path, number);
  }
  if (path.empty() || path[0] < '0' || path[0] > '9') return true;
  return take_number(path, number) && shares_namespace(number) &&
         (!take(path, "task/") || take_number(path, number));
}

const Table* find_table(std::string_view name) {
  const auto* found = std::ranges::lower_bound(kTables, name, {}, &Table::name);
  return found != std::end(kTables) && found->name == name ? found : nullptr;
}

// 0 or an errno.
int write_text(const File& file, Text& text) {
  switch (file.kind) {
    case File::Kind::kTable:
      return find_table(file.name())->write(text);
    case File::Kind::kSetting:
      return write_setting(file.name(), text);
    case File::Kind::kAttribute:
      return write_attribute(file.name(), text);
    case File::Kind::kFolder:
    case File::Kind::kLink:
      return 0;
    case File::Kind::kAbsent:
      break;
  }
  return ENOENT;
}

// With its text in it, to be read from the start; or -errno. Its name is the file's, by which
// find_opened() finds it again: after dup(), fork() and however it came to the program.
int make_text(const File& file) {
  const long fd = sys::call(SYS_memfd_create, sys::pointer(file.path.c_str()), MFD_CLOEXEC);
  if (fd < 0) return static_cast<int>(fd);
  Text text(static_cast<int>(fd));
  const int error = write_text(file, text);
  if (error == 0 && text.finish()) return static_cast<int>(fd);
  sys::close(static_cast<int>(fd));
  return error != 0 ? -error : -ENOMEM;
}

// The same file at the same number, opened to be read only, as the kernel's would be.
int reopen(int fd, bool is_cloexec) {
  const int flag = is_cloexec ? O_CLOEXEC : 0;
  char path[32];
  std::snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  const auto again =
      static_cast<int>(sys::call(SYS_openat, AT_FDCWD, sys::pointer(path), O_RDONLY | O_CLOEXEC));
  if (again >= 0) {
    sys::call(SYS_dup3, again, fd, flag);
    sys::close(again);
    return fd;
  }
  sys::call(SYS_lseek, fd, 0, SEEK_SET);  // without /proc, or descriptors: as it is
  if (!is_cloexec) sys::fcntl(fd, F_SETFD, 0);
  return fd;
}

// Both names of the folder of interfaces.
std::optional<File> find_interface(const Path& path) {
  const std::string_view whole = path.text();
  std::string_view rest = whole;
  const bool is_class = take(rest, "/sys/class/net");
  if (!is_class && !take(rest, "/sys/devices/virtual/net")) return std::nullopt;
  if (!rest.empty() && !take(rest, "/")) return std::nullopt;
  File file{File::Kind::kAbsent, path, whole.size() - rest.size()};
  const Attributes found = find_attribute(rest);
  if (found == Attributes::kFile) file.kind = File::Kind::kAttribute;
  if (found == Attributes::kFolder) {
    const bool is_link = is_class && !rest.empty() && rest.find('/') == rest.npos;
    file.kind = is_link ? File::Kind::kLink : File::Kind::kFolder;
  }
  return file;
}

int kernels_description(const char* path, struct stat& out) {
  return static_cast<int>(
      -sys::call(SYS_newfstatat, AT_FDCWD, sys::pointer(path), sys::pointer(&out), 0));
}

constexpr mode_t kReadable = 0444, kSearchable = 0755;
constexpr off_t kAttributeBytes = 4096;  // as sysfs says of each

}  // namespace

std::optional<File> find_file(const Path& path) {
  const std::string_view whole = path.text();
  std::string_view rest = whole;
  if (!take(rest, "/proc/")) return find_interface(path);
  File file{File::Kind::kSetting, path, 0};
  if (take(rest, "sys/net/")) {
    file.skipped = whole.size() - rest.size();
    return is_setting(rest) ? std::optional(file) : std::nullopt;
  }
  if (!take_process(rest) || !take(rest, "net/") || find_table(rest) == nullptr) {
    return std::nullopt;
  }
  file.kind = File::Kind::kTable;
  file.skipped = whole.size() - rest.size();
  return file;
}

int open_file(const File& file, bool is_cloexec) {
  const int fd = make_text(file);
  if (fd < 0) return fail(-fd);
  if (static_cast<rlim_t>(fd) >= private_fds::program_soft_limit()) {
    sys::close(fd);
    return fail(EMFILE);
  }
  Nearness::opened();
  has_texts.store(true, std::memory_order_relaxed);
  return reopen(fd, is_cloexec);
}

std::optional<File> find_opened(int fd) {
  if (!has_texts.load(std::memory_order_relaxed)) return std::nullopt;
  Path path;
  // Of a file that the kernel has opened itself the kernel tells.
  if (sys::fcntl(fd, F_GET_SEALS) < 0 || !path.resolve_descriptor(fd)) return std::nullopt;
  return find_file(path);
}

void refresh(int fd) {
  const std::optional<File> file = find_opened(fd);
  if (!file || file->is_folder()) return;
  char path[32];
  std::snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  const auto writer = static_cast<int>(
      sys::call(SYS_openat, AT_FDCWD, sys::pointer(path), O_WRONLY | O_TRUNC | O_CLOEXEC));
  if (writer < 0) return;
  Text text(writer);
  write_text(*file, text);
  text.finish();
  sys::close(writer);
}

int describe(const File& file, bool follows_links, struct stat& out) {
  const bool is_proc = file.kind == File::Kind::kTable || file.kind == File::Kind::kSetting;
  if (file.kind == File::Kind::kAbsent) return ENOENT;
  const bool is_kernels = is_proc && kernels_description(file.path.c_str(), out) == 0;
  if (!is_kernels) {
    // A kernel built without it: as its neighbours are.
    if (kernels_description(is_proc ? "/proc/self/net/dev" : "/sys/kernel", out) != 0) out = {};
    out.st_ino = std::hash<std::string_view>{}(file.path.text()) | 1;
  }
  out.st_size = file.kind == File::Kind::kAttribute ? kAttributeBytes : 0;
  if (file.kind == File::Kind::kLink && !follows_links) {
    out.st_mode = S_IFLNK | ACCESSPERMS;
  } else {
    out.st_mode = file.is_folder() ? S_IFDIR | kSearchable : S_IFREG | kReadable;
  }
  if (!is_kernels) out.st_nlink = S_ISDIR(out.st_mode) ? 2 : 1;
  return 0;
}

}  // namespace tapstack::shim::proc
