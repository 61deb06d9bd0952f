#include "shim/hooks/confinement.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cstdarg>
#include <span>

#include "shim/client/engine.h"
#include "shim/common/sys.h"
#include "shim/common/syscall_filter.h"
#include "shim/common/user_memory.h"
#include "shim/hooks/hook.h"
#include "shim/hooks/real.h"
#include "shim/hooks/result.h"

namespace tapstack::shim {

namespace real {
inline constinit Next<int(int, ...)> prctl("prctl");
}  // namespace real

namespace {

// What a hook needs to ask a keeper, and to know a handle.
constexpr int kRequestCalls[] = {SYS_sendmsg, SYS_recvmsg, SYS_sendto, SYS_getpeername};
// What an engine inside needs besides, in the thread that asks it.
constexpr int kEngineCalls[] = {SYS_readv,           SYS_writev,     SYS_epoll_pwait, SYS_epoll_ctl,
                                SYS_timerfd_settime, SYS_setsockopt, SYS_socketpair,  SYS_shutdown,
                                SYS_ioctl,           SYS_fcntl,      SYS_recvfrom};

class Filter {
 public:
  // SECCOMP_MODE_STRICT forbids all of these.
  Filter(bool is_strict, void* program) : is_strict_(is_strict) {
    if (const auto* given = static_cast<const sock_fprog*>(program);
        !is_strict && usable(given) != nullptr && usable(given->filter) != nullptr) {
      program_ = {given->filter, given->len};
    }
  }
  bool allows(std::span<const int> calls) const {
    return !is_strict_ &&
           std::ranges::all_of(calls, [&](int call) { return lets_through(program_, call); });
  }

 private:
  bool is_strict_;
  std::span<const sock_filter> program_;
};

enum class Whom : bool { kThisThread, kAllThreads };

// The engine's own thread is one of all: it would have to keep to the filter, whatever that is.
template <class Set>
long confine(const Filter& filter, Whom whom, Set set) {
  const bool may_ask = filter.allows(kRequestCalls);
  const bool may_run = whom == Whom::kThisThread && may_ask && filter.allows(kEngineCalls);
  if (is_engine_started() && !may_run) leave_engine_to_others();
  const long result = set();
  if (result != 0 || may_ask) return result;
  if (whom == Whom::kAllThreads) {
    sys::Passthrough::keep_on_everywhere();
  } else {
    sys::Passthrough::keep_on();
  }
  return result;
}

}  // namespace

long set_seccomp(unsigned operation, unsigned flags, void* filter) {
  const auto set = [=] { return real::syscall(long{SYS_seccomp}, operation, flags, filter); };
  const bool is_strict = operation == SECCOMP_SET_MODE_STRICT;
  if (!is_strict && operation != SECCOMP_SET_MODE_FILTER) return set();
  const bool is_for_all = !is_strict && (flags & SECCOMP_FILTER_FLAG_TSYNC) != 0;
  return confine(Filter(is_strict, filter), is_for_all ? Whom::kAllThreads : Whom::kThisThread,
                 set);
}

}  // namespace tapstack::shim

using namespace tapstack::shim;

TAPSTACK_HOOK int prctl(int option, ...) noexcept {
  va_list list;
  va_start(list, option);
  unsigned long a[4];
  for (unsigned long& argument : a) argument = va_arg(list, unsigned long);
  va_end(list);
  const auto set = [&] { return real::prctl(option, a[0], a[1], a[2], a[3]); };
  const bool confines =
      option == PR_SET_SECCOMP && (a[0] == SECCOMP_MODE_STRICT || a[0] == SECCOMP_MODE_FILTER);
  if (!confines || sys::Passthrough::is_on()) return set();
  const Filter filter(a[0] == SECCOMP_MODE_STRICT, reinterpret_cast<void*>(a[1]));
  return static_cast<int>(confine(filter, Whom::kThisThread, set));
}
