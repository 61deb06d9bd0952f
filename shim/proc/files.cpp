#include "shim/proc/files.h"

#include <fcntl.h>
#include <linux/memfd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
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
    {"netstat", write_netstat},
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

bool is_own(long pid) { return pid == sys::call(SYS_getpid) || pid == sys::call(SYS_gettid); }

// Takes what stands for the program itself or one of its threads, if anything does.
bool take_process(std::string_view& path) {
  long number = 0;
  if (take(path, "self/") || take(path, "thread-self/")) {
    return !take(path, "task/") || take_number(path, number);
  }
  if (path.empty() || path[0] < '0' || path[0] > '9') return true;
  return take_number(path, number) && is_own(number) &&
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
      return find_table(file.name)->write(text);
    case File::Kind::kSetting:
      return write_setting(file.name, text);
    case File::Kind::kAttribute:
      break;
  }
  return write_attribute(file.name, text);
}

// With its text in it, to be read from the start; or -errno.
int make_text(const File& file) {
  const long fd = sys::call(SYS_memfd_create, sys::pointer("tapstack"), MFD_CLOEXEC);
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

}  // namespace

std::optional<File> find_file(const char* path) {
  std::string_view rest(path);
  if (take(rest, "/sys/class/net/")) {
    return is_attribute(rest) ? std::optional(File{File::Kind::kAttribute, rest}) : std::nullopt;
  }
  if (!take(rest, "/proc/")) return std::nullopt;
  if (take(rest, "sys/net/")) {
    return is_setting(rest) ? std::optional(File{File::Kind::kSetting, rest}) : std::nullopt;
  }
  if (!take_process(rest) || !take(rest, "net/") || find_table(rest) == nullptr) {
    return std::nullopt;
  }
  return File{File::Kind::kTable, rest};
}

int open_file(const File& file, bool is_cloexec) {
  const int fd = make_text(file);
  if (fd < 0) return fail(-fd);
  if (static_cast<rlim_t>(fd) >= private_fds::program_soft_limit()) {
    sys::close(fd);
    return fail(EMFILE);
  }
  return reopen(fd, is_cloexec);
}

}  // namespace tapstack::shim::proc
