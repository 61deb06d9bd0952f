#include "tools/namespaces.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <set>

#include "tapif/os.h"
#include "tools/capabilities.h"
#include "tools/report.h"

namespace tapstack::tools {
namespace {

using tapif::Failure;
using tapif::os::Fd;

// Folders that a mark may lie over: the first exists wherever a TAP device can be had, the others
// are of no use in there.
constexpr const char* kMarkFolders[] = {"/dev/net", "/dev/mqueue", "/media", "/mnt"};
constexpr const char* kNode = "/dev/net/tun";
constexpr const char* kMarkPrefix = " - tmpfs tapstack:";  // proc_pid_mountinfo(5)

Failure write_file(const char* path, const std::string& text) {
  const Fd fd(::open(path, O_WRONLY | O_CLOEXEC));
  if (!fd || ::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return failed(std::string("write ") + path);
  }
  return {};
}

// user_namespaces(7): without privilege exactly the own ids can be mapped, the groups not before
// setgroups(2) is given up.
Failure map_own_ids(uid_t uid, gid_t gid) {
  const auto line = [](unsigned id) {
    return std::to_string(id) + " " + std::to_string(id) + " 1\n";
  };
  if (Failure failure = write_file("/proc/self/setgroups", "deny")) return failure;
  if (Failure failure = write_file("/proc/self/uid_map", line(uid))) return failure;
  return write_file("/proc/self/gid_map", line(gid));
}

// The namespace is the program's alone, which has no capability in it after exec: port 80 of its
// stack is not another's to protect. Where it cannot be written (Linux before 4.11) ports below
// 1024 are refused.
void free_all_ports() {
  static_cast<void>(write_file("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0"));
}

Failure not_allowed(int error) {
  return {error,
          std::string("cannot make a user and a network namespace: ") + std::strerror(error) +
              "; run as root, or let root allow them (sysctl kernel.unprivileged_userns_clone=1, "
              "user.max_user_namespaces, kernel.apparmor_restrict_unprivileged_userns=0)"};
}

// In one call for all mounts; they follow changes outside (MS_SLAVE) but cause none there.
Failure make_mounts_nosuid() {
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) {
    return errno == EPERM || errno == EACCES ? not_allowed(errno) : failed("separate the mounts");
  }
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_NOSUID;
  if (::syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &attributes, sizeof attributes) !=
      0) {
    return failed("make the mounts nosuid (mount_setattr needs Linux 5.12)");
  }
  return {};
}

// The part of the mark behind its prefix, of a process's mountinfo; empty when there is none.
std::string mark_in(const std::string& mountinfo) {
  const size_t at = mountinfo.find(kMarkPrefix);
  if (at == std::string::npos) return {};
  const size_t begin = at + std::strlen(kMarkPrefix);
  return mountinfo.substr(begin, mountinfo.find_first_of(" \n", begin) - begin);
}

// "<started ms>:<pid of tapstack run>:<device>"
bool parse_mark(const std::string& mark, RunningStack& stack) {
  long long started = 0;
  int pid = 0, used = 0;
  if (std::sscanf(mark.c_str(), "%lld:%d:%n", &started, &pid, &used) != 2 || used == 0) {
    return false;
  }
  stack.started_ms = started;
  stack.device = mark.substr(static_cast<size_t>(used));
  return true;
}

std::string mark_folder() {
  const auto exists = [](const char* folder) { return ::access(folder, F_OK) == 0; };
  const auto* const found = std::ranges::find_if(kMarkFolders, exists);
  return found != std::end(kMarkFolders) ? *found : kMarkFolders[0];
}

Failure show_node(const Fd& node) {
  const Fd target(::open(kNode, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  const std::string source = "/proc/self/fd/" + std::to_string(node.get());
  if (!target || ::mount(source.c_str(), kNode, nullptr, MS_BIND, nullptr) != 0) {
    return failed(std::string("show ") + kNode + " in the namespaces");
  }
  return {};
}

std::string process_file(pid_t pid, const char* name) {
  return "/proc/" + std::to_string(pid) + "/" + name;
}

Fd open_namespace(pid_t pid, const char* name) {
  return Fd(::open(process_file(pid, name).c_str(), O_RDONLY | O_CLOEXEC));
}

bool is_own_namespace(const Fd& fd, const char* name) {
  struct stat there {
  }, here{};
  return ::fstat(fd.get(), &there) == 0 &&
         ::stat(process_file(::getpid(), name).c_str(), &here) == 0 &&
         there.st_ino == here.st_ino && there.st_dev == here.st_dev;
}

// Enters the network namespace, by way of the user namespace that owns it where own privilege does
// not suffice.
Failure enter_network(const Fd& user, const Fd& network) {
  if (::setns(network.get(), CLONE_NEWNET) == 0) return {};
  if (errno != EPERM || is_own_namespace(user, "ns/user")) {
    return failed("enter the network namespace");
  }
  if (::setns(user.get(), CLONE_NEWUSER) != 0) return failed("enter the user namespace");
  if (::setns(network.get(), CLONE_NEWNET) != 0) return failed("enter the network namespace");
  return {};
}

}  // namespace

Failure make_namespaces() {
  const uid_t uid = ::geteuid();
  const gid_t gid = ::getegid();
  if (::unshare(CLONE_NEWNET | CLONE_NEWNS) != 0) {
    if (errno != EPERM) return failed("make a network namespace");
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS) != 0) return not_allowed(errno);
    if (Failure failure = map_own_ids(uid, gid)) return failure;
    free_all_ports();
  }
  return make_mounts_nosuid();
}

Failure mark_namespaces(const std::string& device, std::string& folder) {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  const long long now_ms = now.tv_sec * 1000LL + now.tv_nsec / 1'000'000;
  const std::string mark =
      "tapstack:" + std::to_string(now_ms) + ":" + std::to_string(::getpid()) + ":" + device;
  folder = mark_folder();
  // The mark hides the folder, so the node in it is shown again.
  const Fd node(::open(kNode, O_PATH | O_CLOEXEC));
  if (::mount(mark.c_str(), folder.c_str(), "tmpfs", MS_NOSUID | MS_NOEXEC, "size=4k,mode=755") !=
      0) {
    return failed("mark the namespaces");
  }
  return node && std::string(kNode).starts_with(folder) ? show_node(node) : Failure{};
}

std::vector<RunningStack> find_running_stacks() {
  std::vector<RunningStack> stacks;
  std::set<std::string> seen;
  const std::unique_ptr<DIR, int (*)(DIR*)> proc(::opendir("/proc"), ::closedir);
  while (const dirent* entry = proc ? ::readdir(proc.get()) : nullptr) {
    const pid_t pid = static_cast<pid_t>(std::strtol(entry->d_name, nullptr, 10));
    if (pid <= 0) continue;
    const std::string mark = mark_in(tapif::os::read_file(process_file(pid, "mountinfo").c_str()));
    RunningStack stack;
    stack.pid = pid;
    if (mark.empty() || seen.contains(mark) || !parse_mark(mark, stack)) continue;
    if (!open_namespace(pid, "ns/net")) continue;
    seen.insert(mark);
    stacks.push_back(stack);
  }
  std::ranges::sort(stacks, std::greater<>(), &RunningStack::started_ms);
  return stacks;
}

bool is_in_stack(pid_t pid) {
  return !mark_in(tapif::os::read_file(process_file(pid, "mountinfo").c_str())).empty();
}

Failure join_namespaces(pid_t pid) {
  const Fd user = open_namespace(pid, "ns/user");
  const Fd network = open_namespace(pid, "ns/net");
  const Fd mounts = open_namespace(pid, "ns/mnt");
  if (!user || !network || !mounts) {
    const int error = errno == ENOENT ? ESRCH : errno;
    return {error, "cannot join process " + std::to_string(pid) + ": " + std::strerror(error)};
  }
  if (!is_in_stack(pid)) {
    return {EINVAL, "process " + std::to_string(pid) + " was not started by tapstack run"};
  }
  char folder[PATH_MAX] = "/";
  const bool has_folder = ::getcwd(folder, sizeof folder) != nullptr;
  if (Failure failure = enter_network(user, network)) return failure;
  if (::setns(mounts.get(), CLONE_NEWNS) != 0) return failed("enter the mount namespace");
  if (has_folder && ::chdir(folder) != 0 && ::chdir("/") != 0) return failed("change to /");
  if (!keep_capabilities_over_exec()) return failed("keep capabilities");
  return {};
}

}  // namespace tapstack::tools
