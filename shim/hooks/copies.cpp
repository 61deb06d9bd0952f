// dup, dup2, dup3 and fcntl: copies of descriptors.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>

#include "shim/common/private_fds.h"
#include "shim/common/sys.h"
#include "shim/hooks/close.h"
#include "shim/hooks/descriptors.h"
#include "shim/hooks/hook.h"
#include "shim/hooks/real.h"
#include "shim/hooks/result.h"
#include "shim/hooks/traced.h"
#include "shim/trace/arguments.h"
#include "shim/trace/option_value.h"

namespace tapstack::shim {
namespace {

bool is_reserved(int fd) {
  return !sys::Passthrough::is_on() &&
         (private_fds::is_private(fd) ||
          static_cast<rlim_t>(fd) >= private_fds::program_soft_limit());
}

// A copy at a number of the kernel's choice.
int entered(int fd, int copy) {
  if (copy < 0 || sys::Passthrough::is_on()) return copy;
  if (static_cast<rlim_t>(copy) >= private_fds::program_soft_limit()) {
    real::close(copy);
    return fail(EMFILE);
  }
  if (descriptors::is_own_process()) {
    descriptors::copied(fd, copy);
  } else {
    descriptors::all_exposed();
  }
  return copy;
}

// dup2 and dup3: what was at `copy` is closed by it.
template <class Native>
int copy_onto(int fd, int copy, Native native) {
  if (private_fds::is_private(fd)) return fail(EBADF);
  if (copy < 0 || is_reserved(copy)) return fail(EBADF);
  if (fd == copy || sys::fcntl(fd, F_GETFD) < 0) return native();
  const bool copied = prepare_close(copy);
  const int result = entered(fd, native());
  if (copied) finish_close();
  return result;
}

bool makes_copy(int command) { return command == F_DUPFD || command == F_DUPFD_CLOEXEC; }

int control_unseen(int fd, int command, void* argument) {
  if (!makes_copy(command) || sys::Passthrough::is_on()) return real::fcntl(fd, command, argument);
  const auto from = reinterpret_cast<intptr_t>(argument);
  if (private_fds::is_private(fd)) return fail(EBADF);
  if (from < 0 || static_cast<rlim_t>(from) >= private_fds::program_soft_limit())
    return fail(EINVAL);
  return entered(fd, real::fcntl(fd, command, argument));
}

int control_descriptor(int fd, int command, void* argument) {
  return traced_on(
      "fcntl", fd, [=] { return control_unseen(fd, command, argument); },
      trace::DescriptorCommand{command, argument});
}

// dup2 and dup3 close what was at `copy`.
auto ours_of(int fd, int copy) {
  return [=] { return Ours{fd}() || Ours{copy}(); };
}

}  // namespace
}  // namespace tapstack::shim

using namespace tapstack::shim;

TAPSTACK_HOOK int dup(int fd) noexcept {
  if (!sys::Passthrough::is_on() && private_fds::is_private(fd)) return fail(EBADF);
  return traced_on("dup", fd, [=] { return entered(fd, real::dup(fd)); });
}

TAPSTACK_HOOK int dup2(int fd, int copy) noexcept {
  if (sys::Passthrough::is_on()) return real::dup2(fd, copy);
  const auto native = [=] { return real::dup2(fd, copy); };
  return trace::traced(
      "dup2", ours_of(fd, copy), [=] { return copy_onto(fd, copy, native); }, fd, copy);
}

TAPSTACK_HOOK int dup3(int fd, int copy, int flags) noexcept {
  if (sys::Passthrough::is_on()) return real::dup3(fd, copy, flags);
  if ((flags & ~O_CLOEXEC) != 0 || fd == copy) return real::dup3(fd, copy, flags);
  const auto native = [=] { return real::dup3(fd, copy, flags); };
  return trace::traced(
      "dup3", ours_of(fd, copy), [=] { return copy_onto(fd, copy, native); }, fd, copy,
      trace::Flags{trace::kFileFlags, flags});
}

// The third argument is an int or a pointer; both travel in one register.
TAPSTACK_HOOK int fcntl(int fd, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* argument = va_arg(arguments, void*);
  va_end(arguments);
  return control_descriptor(fd, command, argument);
}

TAPSTACK_HOOK int fcntl64(int fd, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* argument = va_arg(arguments, void*);
  va_end(arguments);
  return control_descriptor(fd, command, argument);
}
