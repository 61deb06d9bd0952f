// New processes and new images: which sockets they may inherit, and what of the library they must
// not.
#include <pthread.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <alloca.h>

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <string>

#include "shim/client/engine.h"
#include "shim/common/private_fds.h"
#include "shim/common/sys.h"
#include "shim/hooks/ask.h"
#include "shim/hooks/descriptors.h"
#include "shim/hooks/environment.h"
#include "shim/hooks/exit.h"
#include "shim/hooks/hook.h"
#include "shim/hooks/real.h"
#include "shim/hooks/result.h"

namespace tapstack::shim {

namespace real {
using ExecFunction = int(const char*, char* const*, char* const*);
inline constinit Next<ExecFunction> execve("execve");
inline constinit Next<ExecFunction> execvpe("execvpe");
inline constinit Next<int(int, char* const*, char* const*)> fexecve("fexecve");
inline constinit Next<int(pid_t*, const char*, const posix_spawn_file_actions_t*,
                          const posix_spawnattr_t*, char*const*, char*const*)>
    posix_spawn("posix_spawn"), posix_spawnp("posix_spawnp");
inline constinit Next<int(const char*)> system("system");
inline constinit Next<FILE*(const char*, const char*)> popen("popen");
}  // namespace real

namespace {

// While one lives the process is fit to become another program: what was sent is on its way, and
// the limits of descriptors are the program's own. They come back only if the exec failed.
class Exec {
 public:
  Exec() {
    descriptors::all_exposed();
    if (descriptors::is_own_process()) drain_at_exec();
    real::getrlimit(RLIMIT_NOFILE, &raised_);
    const rlimit own = private_fds::program_limit();
    real::setrlimit(RLIMIT_NOFILE, &own);
  }
  ~Exec() {
    const KeepError keep;
    if (real::setrlimit(RLIMIT_NOFILE, &raised_) == 0) return;
    rlimit highest{};  // the hard limit can be raised with privilege only
    real::getrlimit(RLIMIT_NOFILE, &highest);
    highest.rlim_cur = highest.rlim_max;
    real::setrlimit(RLIMIT_NOFILE, &highest);
  }
  Exec(const Exec&) = delete;
  Exec& operator=(const Exec&) = delete;

 private:
  rlimit raised_{};
};

// `call` with the environment that the new program needs (environment.h).
template <class Call>
int with_environment(char* const* given, Call call) {
  const size_t entries = environment::completed_entries(given);
  if (entries == 0) return call(given);
  auto** completed = static_cast<char**>(alloca((entries + 1) * sizeof(char*)));
  environment::complete(given, completed);
  return call(completed);
}

int exec_path(const char* path, char* const* arguments, char* const* given) {
  const Exec prepared;
  return with_environment(
      given, [=](char* const* environment) { return real::execve(path, arguments, environment); });
}

int exec_searched(const char* file, char* const* arguments, char* const* given) {
  const Exec prepared;
  return with_environment(
      given, [=](char* const* environment) { return real::execvpe(file, arguments, environment); });
}

// Counts the variable arguments of execl and kin: up to and with the null pointer.
size_t count_arguments(va_list list) {
  size_t count = 1;
  while (va_arg(list, char*) != nullptr) ++count;
  return count;
}

// system() returns when the command has ended: too long to have the program's limit in this process
// meanwhile, so the shell sets it.
std::string with_own_limit(const char* command) {
  const rlim_t soft = private_fds::program_soft_limit();
  if (!private_fds::is_prepared() || soft == RLIM_INFINITY) return command;
  return "ulimit -S -n " + std::to_string(soft) + "\n" + command;
}

void in_child_of_fork() { descriptors::became_child(); }

// Before main: pthread_atfork has room for this handler without allocating.
[[gnu::constructor]] void watch_forks() {
  pthread_atfork(descriptors::all_exposed, nullptr, in_child_of_fork);
}

}  // namespace
}  // namespace tapstack::shim

using namespace tapstack::shim;

TAPSTACK_HOOK int execve(const char* path, char* const arguments[],
                         char* const environment[]) noexcept {
  return exec_path(path, arguments, environment);
}

TAPSTACK_HOOK int execv(const char* path, char* const arguments[]) noexcept {
  return exec_path(path, arguments, environ);
}

TAPSTACK_HOOK int execvp(const char* file, char* const arguments[]) noexcept {
  return exec_searched(file, arguments, environ);
}

TAPSTACK_HOOK int execvpe(const char* file, char* const arguments[],
                          char* const environment[]) noexcept {
  return exec_searched(file, arguments, environment);
}

TAPSTACK_HOOK int fexecve(int fd, char* const arguments[], char* const environment[]) noexcept {
  const Exec prepared;
  return with_environment(
      environment, [=](char* const* completed) { return real::fexecve(fd, arguments, completed); });
}

// The list forms: the arguments are gathered on the stack, since a child of vfork may not allocate.
#define TAPSTACK_GATHER(first, last)                                          \
  va_list list;                                                               \
  va_start(list, last);                                                       \
  const size_t count = count_arguments(list);                                 \
  va_end(list);                                                               \
  auto** gathered = static_cast<char**>(alloca((count + 1) * sizeof(char*))); \
  va_start(list, last);                                                       \
  gathered[0] = const_cast<char*>(first);                                     \
  for (size_t i = 1; i <= count; ++i) gathered[i] = va_arg(list, char*)

TAPSTACK_HOOK int execl(const char* path, const char* argument, ...) noexcept {
  TAPSTACK_GATHER(argument, argument);
  va_end(list);
  return exec_path(path, gathered, environ);
}

TAPSTACK_HOOK int execlp(const char* file, const char* argument, ...) noexcept {
  TAPSTACK_GATHER(argument, argument);
  va_end(list);
  return exec_searched(file, gathered, environ);
}

TAPSTACK_HOOK int execle(const char* path, const char* argument, ...) noexcept {
  TAPSTACK_GATHER(argument, argument);
  auto* environment = va_arg(list, char**);
  va_end(list);
  return exec_path(path, gathered, environment);
}
#undef TAPSTACK_GATHER

TAPSTACK_HOOK int posix_spawn(pid_t* pid, const char* path,
                              const posix_spawn_file_actions_t* actions,
                              const posix_spawnattr_t* attributes, char* const arguments[],
                              char* const environment[]) {
  descriptors::all_exposed();
  const private_fds::ProgramLimits limits;
  return with_environment(environment, [=](char* const* completed) {
    return real::posix_spawn(pid, path, actions, attributes, arguments, completed);
  });
}

TAPSTACK_HOOK int posix_spawnp(pid_t* pid, const char* file,
                               const posix_spawn_file_actions_t* actions,
                               const posix_spawnattr_t* attributes, char* const arguments[],
                               char* const environment[]) {
  descriptors::all_exposed();
  const private_fds::ProgramLimits limits;
  return with_environment(environment, [=](char* const* completed) {
    return real::posix_spawnp(pid, file, actions, attributes, arguments, completed);
  });
}

TAPSTACK_HOOK int system(const char* command) {
  if (command == nullptr) return real::system(nullptr);
  descriptors::all_exposed();
  return real::system(with_own_limit(command).c_str());
}

TAPSTACK_HOOK FILE* popen(const char* command, const char* mode) {
  descriptors::all_exposed();
  const private_fds::ProgramLimits limits;
  return real::popen(command, mode);
}
