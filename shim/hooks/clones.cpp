// clone(2) without CLONE_VM is a fork that runs none of pthread_atfork's handlers (vsftpd makes its
// sessions so, sandboxes their children). With CLONE_VM it is a thread, or vfork: nothing to do.
#include "shim/hooks/clones.h"

#include <linux/sched.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdarg>

#include "shim/client/engine.h"
#include "shim/common/sys.h"
#include "shim/hooks/descriptors.h"
#include "shim/hooks/hook.h"
#include "shim/hooks/real.h"
#include "shim/hooks/result.h"

namespace tapstack::shim {

namespace real {
inline constinit Next<int(int (*)(void*), void*, int, void*, pid_t*, void*, pid_t*)> clone("clone");
}  // namespace real

namespace {

bool is_fork(long call, const long (&arguments)[6]) {
#ifdef SYS_fork  // newer architectures have clone alone
  if (call == SYS_fork) return true;
#endif
  if (call == SYS_clone) return (arguments[0] & CLONE_VM) == 0;
  if (call != SYS_clone3 || arguments[0] == 0) return false;
  const auto* given = reinterpret_cast<const clone_args*>(arguments[0]);
  return (given->flags & CLONE_VM) == 0;
}

void prepare() {
  descriptors::all_exposed();
  before_unseen_fork();
}

void be_child() {
  after_unseen_fork(true);
  descriptors::became_child();
}

// What clone() starts in the child: its memory is a copy of the parent's, this included.
struct Start {
  int (*run)(void*);
  void* argument;
};

int run_as_child(void* given) {
  const Start start = *static_cast<const Start*>(given);
  be_child();
  return start.run(start.argument);
}

}  // namespace

bool fork_by_number(long call, const long (&a)[6], long& result) {
  if (!is_fork(call, a)) return false;
  prepare();
  result = real::syscall(call, a[0], a[1], a[2], a[3], a[4], a[5]);
  const KeepError kept;
  if (result == 0) {
    be_child();
  } else {
    after_unseen_fork(false);
  }
  return true;
}

}  // namespace tapstack::shim

using namespace tapstack::shim;

TAPSTACK_HOOK int clone(int (*run)(void*), void* stack, int flags, void* argument, ...) noexcept {
  va_list list;
  va_start(list, argument);
  auto* parent_id = va_arg(list, pid_t*);
  auto* thread_area = va_arg(list, void*);
  auto* child_id = va_arg(list, pid_t*);
  va_end(list);
  const bool is_plain = (flags & CLONE_VM) != 0 || run == nullptr || sys::Passthrough::is_on();
  if (is_plain) return real::clone(run, stack, flags, argument, parent_id, thread_area, child_id);
  prepare();
  Start start{run, argument};
  const int child =
      real::clone(run_as_child, stack, flags, &start, parent_id, thread_area, child_id);
  const KeepError kept;
  after_unseen_fork(false);
  return child;
}
