#include "shim/client/keeper_start.h"

#include <dlfcn.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <vector>

#include "shim/common/message.h"
#include "shim/common/private_fds.h"
#include "shim/common/sys.h"

namespace tapstack::shim {
namespace {

constexpr size_t kStackBytes = 65'536;

// What the processes between share with the caller, which sleeps meanwhile (CLONE_VM, CLONE_VFORK).
struct Launch {
  const char* path;
  char* const* arguments;
  char* const* environment;
  int channel;
  bool passes_on;
  char* inner_stack_top;
  volatile long error = 0;
};

bool is_executable(const std::string& path) {
  constexpr int kExecute = 1;  // X_OK
  return sys::call(SYS_faccessat, AT_FDCWD, sys::pointer(path.c_str()), kExecute) == 0;
}

std::string own_folder() {
  Dl_info info;
  if (dladdr(reinterpret_cast<const void*>(&find_keeper), &info) == 0) return {};
  const std::string path = info.dli_fname;
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

// Only system calls from here to exec: the memory is the program's.
int become_keeper(void* argument) {
  auto& launch = *static_cast<Launch*>(argument);
  const long null = sys::call(SYS_openat, AT_FDCWD, sys::pointer("/dev/null"), O_RDWR | O_CLOEXEC);
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO && null >= 0; ++fd) {
    if (fd == null) {
      sys::fcntl(fd, F_SETFD, 0);
    } else {
      sys::call(SYS_dup3, null, fd, 0);
    }
  }
  sys::call(SYS_dup3, launch.channel, kKeeperChannel, 0);
  if (launch.passes_on) {
    private_fds::pass_on(kKeeperChannel + 1);
  } else {
    sys::call(SYS_close_range, kKeeperChannel + 1, ~0u, 0);
  }
  launch.error = sys::call(SYS_execve, sys::pointer(launch.path), sys::pointer(launch.arguments),
                           sys::pointer(launch.environment));
  sys::call(SYS_exit, 127);
  return 127;
}

int become_go_between(void* argument) {
  auto& launch = *static_cast<Launch*>(argument);
  sys::call(SYS_setsid);
  const int pid = clone(become_keeper, launch.inner_stack_top, CLONE_VM | CLONE_VFORK, argument);
  if (pid < 0) launch.error = -EAGAIN;
  sys::call(SYS_exit, 0);
  return 0;
}

// "TAPSTACK_PCAP=file" of a program that may go to another directory.
void make_absolute(std::string& variable) {
  for (const std::string_view name : {"TAPSTACK_PCAP=", "TAPSTACK_STATE=", "TAPSTACK_LOG_FILE="}) {
    const bool is_relative =
        variable.starts_with(name) && variable.size() > name.size() && variable[name.size()] != '/';
    char folder[4096];
    if (!is_relative ||
        sys::call(SYS_getcwd, sys::pointer(folder), static_cast<long>(sizeof folder)) <= 0) {
      continue;
    }
    variable.insert(name.size(), std::string(folder) + "/");
  }
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

std::vector<std::string> keeper_environment() {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (std::string_view(*variable).starts_with("LD_PRELOAD=")) continue;
    variables.emplace_back(*variable);
    make_absolute(variables.back());
  }
  return variables;
}

std::string find_keeper(const std::string& wanted) {
  if (!wanted.empty()) return is_executable(wanted) ? wanted : "";
  const std::string folder = own_folder();
  for (const std::string& path :
       {folder + "/tapstack-keeper", folder + "/../libexec/tapstack/tapstack-keeper",
        std::string(TAPSTACK_LIBEXECDIR "/tapstack-keeper")}) {
    if (is_executable(path)) return path;
  }
  return {};
}

tapif::Failure start_keeper(const KeeperLaunch& wanted, int channel) {
  void* stacks = mmap(nullptr, 2 * kStackBytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stacks == MAP_FAILED) return {ENOMEM, "no memory to start the keeper"};
  char* const outer_top = static_cast<char*>(stacks) + kStackBytes;
  std::vector<std::string> variables = wanted.environment;
  std::vector<char*> environment = pointers_to(variables);
  std::vector<std::string> words{"tapstack-keeper"};
  const bool passes_on = wanted.image_fd >= 0;
  if (passes_on) words.insert(words.end(), {"--take-over", std::to_string(wanted.image_fd)});
  std::vector<char*> arguments = pointers_to(words);
  Launch launch{wanted.path.c_str(), arguments.data(),       environment.data(), channel,
                passes_on,           outer_top + kStackBytes};
  // No signal at its end, so that neither SIGCHLD nor wait() of the program tells of it.
  const int pid = clone(become_go_between, outer_top, CLONE_VM | CLONE_VFORK, &launch);
  if (pid >= 0) {
    sys::call(SYS_wait4, pid, 0, __WALL, 0);
  } else {
    launch.error = -EAGAIN;
  }
  munmap(stacks, 2 * kStackBytes);
  const int error = static_cast<int>(-launch.error);
  if (error == 0) return {};
  return {error, "cannot start " + wanted.path + ": " + std::strerror(error)};
}

}  // namespace tapstack::shim
