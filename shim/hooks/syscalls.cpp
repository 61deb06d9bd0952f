// syscall(2) by number: programs that go around libc's functions (libuv, node, Go's cgo) meet the
// hooks here; everything else passes.
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdint>

#include "shim/common/sys.h"
#include "shim/hooks/clones.h"
#include "shim/hooks/confinement.h"
#include "shim/hooks/hook.h"
#include "shim/hooks/real.h"
#include "shim/hooks/result.h"

namespace tapstack::shim {
namespace {

constexpr int kArgumentsMax = 6;
using Arguments = long[kArgumentsMax];

template <class T>
T* pointer(long argument) {
  return reinterpret_cast<T*>(argument);
}
int number(long argument) { return static_cast<int>(argument); }
auto length(long argument) { return static_cast<socklen_t>(argument); }
auto size(long argument) { return static_cast<size_t>(argument); }
auto unsigned_number(long argument) { return static_cast<unsigned>(argument); }

// The hooks that make, name and connect sockets, and those on descriptors.
bool call_socket_hook(long call, const Arguments& a, long& result) {
  switch (call) {
    case SYS_socket:
      result = socket(number(a[0]), number(a[1]), number(a[2]));
      return true;
    case SYS_bind:
      result = bind(number(a[0]), pointer<sockaddr>(a[1]), length(a[2]));
      return true;
    case SYS_listen:
      result = listen(number(a[0]), number(a[1]));
      return true;
    case SYS_connect:
      result = connect(number(a[0]), pointer<sockaddr>(a[1]), length(a[2]));
      return true;
    case SYS_accept:
      result = accept(number(a[0]), pointer<sockaddr>(a[1]), pointer<socklen_t>(a[2]));
      return true;
    case SYS_accept4:
      result =
          accept4(number(a[0]), pointer<sockaddr>(a[1]), pointer<socklen_t>(a[2]), number(a[3]));
      return true;
    case SYS_shutdown:
      result = shutdown(number(a[0]), number(a[1]));
      return true;
    case SYS_getsockname:
      result = getsockname(number(a[0]), pointer<sockaddr>(a[1]), pointer<socklen_t>(a[2]));
      return true;
    case SYS_getpeername:
      result = getpeername(number(a[0]), pointer<sockaddr>(a[1]), pointer<socklen_t>(a[2]));
      return true;
    case SYS_getsockopt:
      result = getsockopt(number(a[0]), number(a[1]), number(a[2]), pointer<void>(a[3]),
                          pointer<socklen_t>(a[4]));
      return true;
    case SYS_setsockopt:
      result =
          setsockopt(number(a[0]), number(a[1]), number(a[2]), pointer<void>(a[3]), length(a[4]));
      return true;
    case SYS_close:
      result = close(number(a[0]));
      return true;
    case SYS_dup:
      result = dup(number(a[0]));
      return true;
    case SYS_dup3:
      result = dup3(number(a[0]), number(a[1]), number(a[2]));
      return true;
    case SYS_close_range:
      result = close_range(unsigned_number(a[0]), unsigned_number(a[1]), number(a[2]));
      return true;
    default:
      return false;
  }
}

bool call_data_hook(long call, const Arguments& a, long& result) {
  switch (call) {
    case SYS_read:
      result = read(number(a[0]), pointer<void>(a[1]), size(a[2]));
      return true;
    case SYS_write:
      result = write(number(a[0]), pointer<void>(a[1]), size(a[2]));
      return true;
    case SYS_readv:
      result = readv(number(a[0]), pointer<iovec>(a[1]), number(a[2]));
      return true;
    case SYS_writev:
      result = writev(number(a[0]), pointer<iovec>(a[1]), number(a[2]));
      return true;
    case SYS_sendto:
      result = sendto(number(a[0]), pointer<void>(a[1]), size(a[2]), number(a[3]),
                      pointer<sockaddr>(a[4]), length(a[5]));
      return true;
    case SYS_recvfrom:
      result = recvfrom(number(a[0]), pointer<void>(a[1]), size(a[2]), number(a[3]),
                        pointer<sockaddr>(a[4]), pointer<socklen_t>(a[5]));
      return true;
    case SYS_sendmsg:
      result = sendmsg(number(a[0]), pointer<msghdr>(a[1]), number(a[2]));
      return true;
    case SYS_recvmsg:
      result = recvmsg(number(a[0]), pointer<msghdr>(a[1]), number(a[2]));
      return true;
    case SYS_sendmmsg:
      result = sendmmsg(number(a[0]), pointer<mmsghdr>(a[1]), unsigned_number(a[2]), number(a[3]));
      return true;
    case SYS_recvmmsg:
      result = recvmmsg(number(a[0]), pointer<mmsghdr>(a[1]), unsigned_number(a[2]), number(a[3]),
                        pointer<timespec>(a[4]));
      return true;
    case SYS_seccomp:
      result = set_seccomp(unsigned_number(a[0]), unsigned_number(a[1]), pointer<void>(a[2]));
      return true;
    case SYS_io_uring_setup:  // its requests would go past every hook
      result = fail(ENOSYS);
      return true;
    default:
      return false;
  }
}

}  // namespace
}  // namespace tapstack::shim

using namespace tapstack::shim;

TAPSTACK_HOOK long syscall(long call, ...) noexcept {
  Arguments a;
  va_list list;
  va_start(list, call);
  for (long& argument : a) argument = va_arg(list, long);
  va_end(list);
  long result = 0;
  const bool hooked = !sys::Passthrough::is_on() &&
                      (call_socket_hook(call, a, result) || call_data_hook(call, a, result) ||
                       fork_by_number(call, a, result));
  return hooked ? result : real::syscall(call, a[0], a[1], a[2], a[3], a[4], a[5]);
}
