// Waiting on a handle on behalf of a call that Linux lets block.
#pragma once

#include <cstdint>

namespace tapstack::shim {

// True for O_NONBLOCK.
bool is_nonblocking(int fd);

// Milliseconds of SO_SNDTIMEO or SO_RCVTIMEO (`option`); -1 for none.
int64_t timeout_ms_of(int fd, int option);

// Waits natively until poll says `events`, an error or a hang-up. 0; EAGAIN after `timeout_ms` (-1:
// never); EINTR if a handler ran that does not restart calls (SA_RESTART). A cancellation point.
int wait_for(int fd, short events, int64_t timeout_ms);

}  // namespace tapstack::shim
