#include "shim/hooks/wait.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <cerrno>

#include "shim/common/sys.h"
#include "shim/hooks/real.h"
#include "shim/hooks/result.h"

namespace tapstack::shim {
namespace {

constexpr int64_t kMsPerSecond = 1000;

int64_t now_ms() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kMsPerSecond + now.tv_nsec / 1'000'000;
}

// poll never restarts, where connect and send do if the handler has SA_RESTART. Which signal came
// is not known here: only if every handler of the program restarts calls does the wait go on.
bool handlers_restart() {
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction action;
    if (sigaction(number, nullptr, &action) != 0) continue;
    const bool has_handler = (action.sa_flags & SA_SIGINFO) != 0 ||
                             (action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN);
    if (has_handler && (action.sa_flags & SA_RESTART) == 0) return false;
  }
  return true;
}

}  // namespace

bool is_nonblocking(int fd) {
  const int flags = sys::fcntl(fd, F_GETFL);
  return flags >= 0 && (flags & O_NONBLOCK) != 0;
}

int64_t timeout_ms_of(int fd, int option) {
  const KeepError keep;
  timeval timeout{};
  socklen_t length = sizeof timeout;
  if (real::getsockopt(fd, SOL_SOCKET, option, static_cast<void*>(&timeout), &length) != 0)
    return -1;
  const int64_t ms = timeout.tv_sec * kMsPerSecond + (timeout.tv_usec + 999) / 1000;
  return ms == 0 ? -1 : ms;
}

Countdown::Countdown(int timeout_ms) : end_ms_(timeout_ms < 0 ? kNever : now_ms() + timeout_ms) {}

Countdown::Countdown(const timespec* timeout)
    : end_ms_(timeout == nullptr ? kNever
                                 : now_ms() + timeout->tv_sec * kMsPerSecond +
                                       (timeout->tv_nsec + 999'999) / 1'000'000) {}

int64_t Countdown::left_ms() const {
  return end_ms_ == kNever ? kNever : std::max<int64_t>(end_ms_ - now_ms(), 0);
}

int wait_for(int fd, short events, int64_t timeout_ms) {
  const KeepError keep;
  const int64_t end = timeout_ms < 0 ? -1 : now_ms() + timeout_ms;
  for (;;) {
    const int64_t left = end < 0 ? -1 : std::clamp<int64_t>(end - now_ms(), 0, INT32_MAX);
    pollfd waited{fd, events, 0};
    const int ready = real::poll(&waited, nfds_t{1}, static_cast<int>(left));
    if (ready > 0) return 0;
    if (ready == 0) return EAGAIN;
    // With a time-out Linux interrupts these calls whatever the handler says (socket(7)).
    if (last_error() != EINTR || end >= 0 || !handlers_restart()) return last_error();
  }
}

}  // namespace tapstack::shim
