#include "shim/hooks/stand_in.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <optional>
#include <vector>

#include "shim/common/identity.h"
#include "shim/common/quiet.h"
#include "shim/common/sys.h"
#include "shim/engine/handle_pair.h"
#include "shim/hooks/epoll_registrations.h"

namespace tapstack::shim::stand_in {
namespace {

bool is_hung_up(int fd) {
  pollfd looked{fd, 0, 0};
  return sys::poll(&looked, 1, 0) == 1 && (looked.revents & POLLHUP) != 0;
}

void copy_timeout(int from, int to, int option) {
  timeval time{};
  socklen_t length = sizeof time;
  if (sys::call(SYS_getsockopt, from, SOL_SOCKET, option, sys::pointer(&time),
                sys::pointer(&length)) == 0) {
    sys::call(SYS_setsockopt, to, SOL_SOCKET, option, sys::pointer(&time), sizeof time);
  }
}

// A pair whose far end nobody reads or writes. As on a listener's handle nothing can be written; a
// datagram is refused by the handle, so that its sender asks the engine and hears that it is gone.
bool open_silent_pair(Identity identity, HandlePair& pair) {
  if (open_pair(identity.is_stream, pair) != 0) return false;
  identity.stand_in = random_stand_in();
  if (name_end(pair.end, identity) != 0) {
    close_pair(pair);
    return false;
  }
  if (identity.is_stream) {
    add_ballast(pair.handle);
  } else {
    sys::shutdown(pair.end, SHUT_RD);
  }
  return true;
}

// Puts `handle` at the number `fd`, with what belongs to the descriptor there. An epoll set knows a
// file by its number: as long as another process has the dead one, it would stay in the set.
void replace(int fd, int handle) {
  sys::fcntl(handle, F_SETFL, sys::fcntl(fd, F_GETFL));
  copy_timeout(fd, handle, SO_RCVTIMEO);
  copy_timeout(fd, handle, SO_SNDTIMEO);
  const bool is_closed_by_exec = (sys::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0;
  const auto registered = epoll_registrations::of_descriptor(fd);
  for (const auto& one : registered) sys::epoll_ctl(one.epoll, EPOLL_CTL_DEL, fd, nullptr);
  sys::call(SYS_dup3, handle, fd, is_closed_by_exec ? O_CLOEXEC : 0);
  for (const auto& one : registered) {
    epoll_event event{.events = one.events, .data = {.u64 = one.data}};
    sys::epoll_ctl(one.epoll, EPOLL_CTL_ADD, fd, &event);
  }
}

}  // namespace

int tell_once(int fd, int error) {
  if (error != ENETDOWN) return error;
  const Quiet quiet;
  const std::optional<Identity> identity = identity_of(fd);
  if (!identity) return error;
  if (!is_hung_up(fd)) return identity->stand_in != 0 ? 0 : error;
  HandlePair pair;
  if (open_silent_pair(*identity, pair)) {
    replace(fd, pair.handle);
    sys::close(pair.handle);
  }
  return error;
}

}  // namespace tapstack::shim::stand_in
