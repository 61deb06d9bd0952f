// SO_TIMESTAMPING by software: stamps of datagrams received, in control messages, and of what was
// sent, in the error queue.
#pragma once

#include <sys/socket.h>

#include "shim/hooks/descriptors.h"

namespace tapstack::shim {

bool is_timestamping(int level, int name);
// getsockopt and setsockopt of it: 0 or an errno.
int get_timestamping(const Handle& handle, void* value, socklen_t* length);
int set_timestamping(const Handle& handle, int name, const void* value, socklen_t length);

}  // namespace tapstack::shim
