// RLIMIT_NOFILE as the program knows it. The kernel's soft limit is raised to the hard one and both
// stay there, so that the engine's descriptors can lie above all of the program's.
#include <linux/capability.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

#include "shim/common/private_fds.h"
#include "shim/common/sys.h"
#include "shim/hooks/hook.h"
#include "shim/hooks/real.h"
#include "shim/hooks/result.h"

namespace tapstack::shim {
namespace {

int show(int resource, rlimit* limit, int result) {
  if (result == 0 && resource == RLIMIT_NOFILE && limit != nullptr) {
    *limit = private_fds::program_limit();
  }
  return result;
}

// capabilities(7): CAP_SYS_RESOURCE.
bool may_raise() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
  return sys::call(SYS_capget, sys::pointer(&header), sys::pointer(data)) == 0 &&
         (data[0].effective & 1u << CAP_SYS_RESOURCE) != 0;
}

// Before its first socket a program's limits are the kernel's. But a hard one that it lowers would
// leave the engine no numbers above it, later: then they are kept apart from now on, unless it
// leaves none for a socket either (a sandbox that forbids files, which the kernel shall enforce).
bool may_leave_to_kernel(const rlimit& wanted) {
  rlimit now{};
  if (private_fds::is_prepared()) return false;
  if (real::getrlimit(RLIMIT_NOFILE, &now) != 0 || wanted.rlim_max >= now.rlim_max) return true;
  if (wanted.rlim_cur > wanted.rlim_max || wanted.rlim_max <= STDERR_FILENO + 1) return true;
  private_fds::prepare();
  return false;
}

// setrlimit of the own process. Both limits are kept apart from the kernel's, under which the
// engine's descriptors lie; a program that is executed gets them (processes.cpp).
int change_files(const rlimit& wanted) {
  if (may_leave_to_kernel(wanted)) return real::setrlimit(RLIMIT_NOFILE, &wanted);
  if (wanted.rlim_cur > wanted.rlim_max) return fail(EINVAL);
  if (wanted.rlim_max > private_fds::program_limit().rlim_max && !may_raise()) return fail(EPERM);
  rlimit now{};
  if (real::getrlimit(RLIMIT_NOFILE, &now) != 0) return -1;
  if (wanted.rlim_max > now.rlim_max) {
    const rlimit next{wanted.rlim_max, wanted.rlim_max};
    if (real::setrlimit(RLIMIT_NOFILE, &next) != 0) return -1;
  }
  private_fds::set_program_limit(wanted);
  return 0;
}

bool is_self(pid_t pid) { return pid == 0 || pid == getpid(); }

}  // namespace
}  // namespace tapstack::shim

using namespace tapstack::shim;

TAPSTACK_HOOK int getrlimit(__rlimit_resource_t resource, rlimit* limit) noexcept {
  return show(resource, limit, real::getrlimit(resource, limit));
}

TAPSTACK_HOOK int setrlimit(__rlimit_resource_t resource, const rlimit* limit) noexcept {
  if (resource != RLIMIT_NOFILE || sys::Passthrough::is_on()) {
    return real::setrlimit(resource, limit);
  }
  return change_files(*limit);
}

TAPSTACK_HOOK int prlimit(pid_t pid, __rlimit_resource resource, const rlimit* limit,
                          rlimit* before) noexcept {
  if (resource != RLIMIT_NOFILE || !is_self(pid) || sys::Passthrough::is_on()) {
    return real::prlimit(pid, resource, limit, before);
  }
  rlimit old{};
  if (show(resource, &old, real::getrlimit(resource, &old)) != 0) return -1;
  if (limit != nullptr && change_files(*limit) != 0) return -1;
  if (before != nullptr) *before = old;
  return 0;
}

// On this platform rlimit64 is rlimit.
TAPSTACK_HOOK int getrlimit64(__rlimit_resource_t resource, rlimit64* limit) noexcept {
  static_assert(sizeof(rlimit64) == sizeof(rlimit));
  return getrlimit(resource, reinterpret_cast<rlimit*>(limit));
}

TAPSTACK_HOOK int setrlimit64(__rlimit_resource_t resource, const rlimit64* limit) noexcept {
  return setrlimit(resource, reinterpret_cast<const rlimit*>(limit));
}

TAPSTACK_HOOK int prlimit64(pid_t pid, __rlimit_resource resource, const rlimit64* limit,
                            rlimit64* before) noexcept {
  return prlimit(pid, resource, reinterpret_cast<const rlimit*>(limit),
                 reinterpret_cast<rlimit*>(before));
}

TAPSTACK_HOOK int getdtablesize() noexcept {
  const rlim_t soft = private_fds::program_soft_limit();
  return soft > INT_MAX ? INT_MAX : static_cast<int>(soft);
}

TAPSTACK_HOOK long sysconf(int name) noexcept {
  if (name != _SC_OPEN_MAX) return real::sysconf(name);
  const rlim_t soft = private_fds::program_soft_limit();
  return soft == RLIM_INFINITY ? -1 : static_cast<long>(soft);
}
