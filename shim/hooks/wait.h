// Waiting on a handle on behalf of a call that Linux lets block.
#pragma once

#include <time.h>

#include <cstdint>

namespace tapstack::shim {

// True for O_NONBLOCK.
bool is_nonblocking(int fd);

// Milliseconds of SO_SNDTIMEO or SO_RCVTIMEO (`option`); -1 for none.
int64_t timeout_ms_of(int fd, int option);

// Waits natively until poll says `events`, an error or a hang-up. 0; EAGAIN after `timeout_ms` (-1:
// never); EINTR if a handler ran that does not restart calls (SA_RESTART). A cancellation point.
int wait_for(int fd, short events, int64_t timeout_ms);

// The time-out of a call that is waited for in slices, since the kernel cannot wake for all of it.
class Countdown {
 public:
  explicit Countdown(int timeout_ms);           // of poll: negative for ever
  explicit Countdown(const timespec* timeout);  // of ppoll: null for ever
  // Milliseconds, 0 at the end.
  int64_t left_ms() const;

 private:
  static constexpr int64_t kNever = INT64_MAX;
  int64_t end_ms_;
};

}  // namespace tapstack::shim
