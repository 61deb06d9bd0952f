// poll and ppoll: native, then corrected for what a handle cannot show (readiness.h).
#include <poll.h>

#include <cerrno>
#include <cstdint>

#include "shim/hooks/hook.h"
#include "shim/hooks/readiness.h"
#include "shim/hooks/real.h"

namespace tapstack::shim {
namespace {

// True if some socket has something to say that the native call would not wake up for.
bool has_silent(const pollfd* fds, nfds_t count) {
  for (nfds_t i = 0; i < count; ++i) {
    if (is_silently_ready(fds[i].fd) || is_silent_error(fds[i].fd, fds[i].events)) return true;
  }
  return false;
}

// Corrects each entry's revents; `silent` also looks at those that the kernel has nothing on.
int correct(pollfd* fds, nfds_t count, int ready, bool silent) {
  if (ready < 0 || (ready == 0 && !silent)) return ready;
  int with_events = 0;
  for (nfds_t i = 0; i < count; ++i) {
    if (fds[i].revents != 0 || silent) {
      fds[i].revents = corrected_events(fds[i].fd, fds[i].events, fds[i].revents);
    }
    with_events += fds[i].revents != 0;
  }
  return with_events;
}

int poll_corrected(pollfd* fds, nfds_t count, int timeout_ms) {
  const bool silent = has_silent(fds, count);
  return correct(fds, count, real::poll(fds, count, silent ? 0 : timeout_ms), silent);
}

int ppoll_corrected(pollfd* fds, nfds_t count, const timespec* timeout, const sigset_t* mask) {
  const timespec at_once{};
  const bool silent = has_silent(fds, count);
  return correct(fds, count, real::ppoll(fds, count, silent ? &at_once : timeout, mask), silent);
}

}  // namespace
}  // namespace tapstack::shim

using namespace tapstack::shim;

TAPSTACK_HOOK int poll(pollfd* fds, nfds_t count, int timeout_ms) {
  return poll_corrected(fds, count, timeout_ms);
}

TAPSTACK_HOOK int ppoll(pollfd* fds, nfds_t count, const timespec* timeout, const sigset_t* mask) {
  return ppoll_corrected(fds, count, timeout, mask);
}

TAPSTACK_HOOK int __poll_chk(pollfd* fds, nfds_t count, int timeout_ms, size_t fds_bytes) {
  if (fds_bytes / sizeof(pollfd) < count) __chk_fail();
  return poll_corrected(fds, count, timeout_ms);
}

TAPSTACK_HOOK int __ppoll_chk(pollfd* fds, nfds_t count, const timespec* timeout,
                              const sigset_t* mask, size_t fds_bytes) {
  if (fds_bytes / sizeof(pollfd) < count) __chk_fail();
  return ppoll_corrected(fds, count, timeout, mask);
}
