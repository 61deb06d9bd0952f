// poll and ppoll: native, then corrected for what a handle cannot show (readiness.h).
#include <limits.h>
#include <poll.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include "shim/common/user_memory.h"
#include "shim/hooks/hook.h"
#include "shim/hooks/readiness.h"
#include "shim/hooks/real.h"
#include "shim/hooks/settle.h"
#include "shim/hooks/traced.h"
#include "shim/hooks/wait.h"
#include "shim/trace/waiting.h"

namespace tapstack::shim {
namespace {

// How long a wait may overlook what comes to a TCP socket's error queue: nothing on the handle can
// wake for it.
constexpr int64_t kSliceMs = 5;

// Entries that the kernel refuses to read (do_sys_poll): EFAULT, or EINVAL where there are more
// than the process may have descriptors. The hooks must not read them either.
bool is_refused(const pollfd* fds, nfds_t count) {
  constexpr nfds_t kFew = 1024;  // every process may have so many
  if (count <= kFew) return count > 0 && usable(fds) == nullptr;
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return count > limit.rlim_cur || usable(fds) == nullptr;
}

// What there is to say that the native call would not wake up for.
Silence look(const pollfd* fds, nfds_t count) {
  Silence all = Silence::kNone;
  for (nfds_t i = 0; i < count; ++i) {
    const Silence one = silence_of(fds[i].fd);
    if (one == Silence::kReady || is_silent_error(fds[i].fd, fds[i].events)) return Silence::kReady;
    if (one != Silence::kNone) all = one;
  }
  return all;
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

// Waits slice by slice; `native` is a poll of so many ms.
template <class Native>
int wait_in_slices(pollfd* fds, nfds_t count, const Countdown& countdown, Native native) {
  for (;;) {
    const int64_t left = countdown.left_ms();
    const int ready = native(static_cast<int>(std::min(left, kSliceMs)));
    if (ready != 0) return correct(fds, count, ready, false);
    if (look(fds, count) == Silence::kReady) return correct(fds, count, 0, true);
    if (left <= kSliceMs) return 0;
  }
}

// Waits again while all that the kernel found is corrected away: a message that a ring has frames
// which the program has taken by then. `first` waits as the program asked, `again` so many ms.
template <class First, class Again>
int wait_for_true(pollfd* fds, nfds_t count, const Countdown& countdown, First first, Again again) {
  int ready = first();
  for (;;) {
    const int with_events = correct(fds, count, ready, false);
    if (ready <= 0 || with_events != 0) return with_events;
    ready = again(static_cast<int>(std::min<int64_t>(countdown.left_ms(), INT_MAX)));
  }
}

int poll_unseen(pollfd* fds, nfds_t count, int timeout_ms) {
  if (is_refused(fds, count)) return real::poll(fds, count, timeout_ms);
  settle::before_look();
  const Silence silence = look(fds, count);
  if (silence == Silence::kMayReport) {
    return wait_in_slices(fds, count, Countdown(timeout_ms),
                          [&](int ms) { return real::poll(fds, count, ms); });
  }
  if (silence == Silence::kReady) return correct(fds, count, real::poll(fds, count, 0), true);
  return wait_for_true(
      fds, count, Countdown(timeout_ms), [&] { return real::poll(fds, count, timeout_ms); },
      [&](int left) { return real::poll(fds, count, left); });
}

int ppoll_unseen(pollfd* fds, nfds_t count, const timespec* timeout, const sigset_t* mask) {
  if (is_refused(fds, count)) return real::ppoll(fds, count, timeout, mask);
  settle::before_look();
  const Silence silence = look(fds, count);
  if (silence == Silence::kMayReport) {
    return wait_in_slices(fds, count, Countdown(timeout), [&](int ms) {
      const timespec slice{0, ms * 1'000'000L};
      return real::ppoll(fds, count, &slice, mask);
    });
  }
  const timespec at_once{};
  if (silence == Silence::kReady) {
    return correct(fds, count, real::ppoll(fds, count, &at_once, mask), true);
  }
  return wait_for_true(
      fds, count, Countdown(timeout), [&] { return real::ppoll(fds, count, timeout, mask); },
      [&](int left) {
        const timespec rest{left / 1000, left % 1000 * 1'000'000L};
        return real::ppoll(fds, count, &rest, mask);
      });
}

auto ours_among(const pollfd* fds, nfds_t count) {
  return [=] {
    return std::any_of(fds, fds + count, [](const pollfd& entry) { return Ours{entry.fd}(); });
  };
}

int poll_corrected(pollfd* fds, nfds_t count, int timeout_ms) {
  return trace::traced(
      "poll", ours_among(fds, count), [=] { return poll_unseen(fds, count, timeout_ms); },
      trace::PollSet{fds, count}, count, timeout_ms);
}

int ppoll_corrected(pollfd* fds, nfds_t count, const timespec* timeout, const sigset_t* mask) {
  return trace::traced(
      "ppoll", ours_among(fds, count), [=] { return ppoll_unseen(fds, count, timeout, mask); },
      trace::PollSet{fds, count}, count, trace::Seconds{timeout}, mask);
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
