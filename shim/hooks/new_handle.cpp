#include "shim/hooks/new_handle.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>

#include "shim/common/private_fds.h"
#include "shim/common/sys.h"
#include "shim/hooks/ask.h"
#include "shim/hooks/result.h"

namespace tapstack::shim {
namespace {

bool is_allowed(int fd) { return static_cast<rlim_t>(fd) < private_fds::program_soft_limit(); }

}  // namespace

int finish_handle(int fd, const Handle& handle, Phase phase, int flags, uint32_t wanted) {
  if (!is_allowed(fd)) {
    Reply reply;
    ask::call(ask::about(Op::kClose, handle.id), reply);
    sys::close(fd);
    return fail(EMFILE);
  }
  if ((flags & SOCK_NONBLOCK) != 0) sys::fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK);
  if ((flags & SOCK_CLOEXEC) == 0) sys::fcntl(fd, F_SETFD, 0);
  descriptors::created(handle.id, phase, wanted);
  descriptors::add(fd, handle);
  return fd;
}

bool has_room_for_descriptor(int like) {
  const int probe = sys::fcntl(like, F_DUPFD_CLOEXEC, 0);
  if (probe < 0) return false;
  sys::close(probe);
  return is_allowed(probe);
}

}  // namespace tapstack::shim
