// SO_LINGER with a time: close() waits until what was sent is acknowledged, socket(7).
#pragma once

#include "shim/hooks/descriptors.h"

namespace tapstack::shim {

// The program's last descriptor `fd` of a stream is about to be closed. When it lingers: ends
// sending, then waits for the peer's acknowledgement of everything, for the time that it wants at
// most, also when it does not block otherwise (as Linux's inet_release). No-op for others.
void linger_before_close(int fd, const Handle& handle);

}  // namespace tapstack::shim
