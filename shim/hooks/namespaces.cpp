// unshare and setns: what the kernel grants to a process of one thread only.
#include <sched.h>

#include "shim/client/engine.h"
#include "shim/common/sys.h"
#include "shim/hooks/hook.h"
#include "shim/hooks/real.h"

namespace tapstack::shim {

namespace real {
inline constinit Next<int(int)> unshare("unshare");
inline constinit Next<int(int, int)> setns("setns");
}  // namespace real

namespace {

// unshare(2): EINVAL with these in a process of several threads.
constexpr int kAloneOnly = CLONE_NEWUSER | CLONE_VM | CLONE_SIGHAND | CLONE_THREAD;

}  // namespace
}  // namespace tapstack::shim

using namespace tapstack::shim;

TAPSTACK_HOOK int unshare(int flags) noexcept {
  if ((flags & kAloneOnly) != 0 && !sys::Passthrough::is_on()) end_engine_thread();
  return real::unshare(flags);
}

// setns(2): a user namespace demands one thread, a mount namespace a directory shared with none.
TAPSTACK_HOOK int setns(int fd, int kind) noexcept {
  if (!sys::Passthrough::is_on()) end_engine_thread();
  return real::setns(fd, kind);
}
