// ioctl on sockets of the stack. What a pair does as a TCP socket would (FIONBIO, FIOASYNC) stays
// native.
#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstring>

#include "shim/common/user_memory.h"
#include "shim/hooks/ask.h"
#include "shim/hooks/datagram.h"
#include "shim/hooks/descriptors.h"
#include "shim/hooks/hook.h"
#include "shim/hooks/interface_change.h"
#include "shim/hooks/interface_ioctl.h"
#include "shim/hooks/packet_sockets.h"
#include "shim/hooks/real.h"
#include "shim/hooks/result.h"
#include "shim/hooks/settle.h"
#include "shim/hooks/stream.h"
#include "shim/hooks/traced.h"
#include "shim/trace/arguments.h"
#include "shim/trace/option_value.h"

namespace tapstack::shim {
namespace {

int put(void* argument, int64_t number) {
  if (argument == nullptr) return EFAULT;
  const int value = static_cast<int>(number);
  std::memcpy(argument, &value, sizeof value);  // may be anywhere, as for the kernel
  return 0;
}

// Bytes that can be read: those on the handle and those still in the core.
int readable(int fd, const Handle& handle, void* argument) {
  if (handle.is_packet) return put(argument, packet::first_bytes(fd));
  if (!handle.is_stream) return put(argument, datagram::first_bytes(fd));
  if (descriptors::phase(handle.id) == Phase::kListening) return EINVAL;
  if (!stream::is_connected(handle)) return put(argument, 0);
  settle::before_look();
  int on_handle = 0;
  if (real::ioctl(fd, FIONREAD, &on_handle) != 0) return last_error();
  int64_t in_core = 0;
  ask::number(Op::kReadable, handle.id, in_core);
  return put(argument, on_handle + in_core);
}

int number_of(Op op, const Handle& handle, void* argument) {
  settle::before_look();
  int64_t number = 0;
  if (!ask::number(op, handle.id, number)) return EINVAL;
  return put(argument, number);
}

// Those that change interfaces, routes and neighbours, or ask for the latter.
bool setting_ioctl(const Handle& handle, unsigned long request, void* argument, int& error) {
  if (usable(argument) == nullptr) return false;
  return interface_change(handle, request, argument, error) ||
         route_ioctl(handle, request, argument, error) || neighbour_ioctl(request, argument, error);
}

// The answer as 0 or an errno; false if the native call shall answer.
bool answer(int fd, const Handle& handle, unsigned long request, void* argument, int& error) {
  switch (request) {
    case FIONREAD:  // SIOCINQ
      error = readable(fd, handle, argument);
      return true;
    case TIOCOUTQ:  // SIOCOUTQ
      error = number_of(Op::kUnsent, handle, argument);
      return true;
    case SIOCOUTQNSD:
      error = handle.is_stream ? number_of(Op::kNotSent, handle, argument) : ENOTTY;
      return true;
    case SIOCATMARK:  // the pair's mark is the stream's (engine/urgent.h)
      if (handle.is_stream && stream::is_connected(handle)) return false;
      error = handle.is_stream ? put(argument, 0) : ENOTTY;
      return true;
    default:
      return setting_ioctl(handle, request, argument, error) ||
             interface_ioctl(request, argument, error);
  }
}

}  // namespace
}  // namespace tapstack::shim

using namespace tapstack::shim;

TAPSTACK_HOOK int ioctl(int fd, unsigned long request, ...) noexcept {
  va_list arguments;
  va_start(arguments, request);
  void* argument = va_arg(arguments, void*);
  va_end(arguments);
  // Programs hand over an int, which is extended with its sign on the way here.
  const unsigned long number = request & 0xffffffffUL;
  Handle handle;
  if (!descriptors::verified(fd, handle)) return real::ioctl(fd, request, argument);
  return traced_on(
      "ioctl", fd,
      [&] {
        int error = 0;
        return answer(fd, handle, number, usable(argument), error)
                   ? finish(error)
                   : real::ioctl(fd, request, argument);
      },
      trace::Named{trace::kIoctls, static_cast<int64_t>(number)},
      trace::IoctlArgument{number, argument});
}
