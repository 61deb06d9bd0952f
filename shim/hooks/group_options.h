// Socket options of multicast: memberships, source filters (RFC 3678), the interface that is sent
// by.
#pragma once

#include <sys/socket.h>

#include "shim/hooks/descriptors.h"

namespace tapstack::shim {

// Whether the option is one of these.
bool is_group_option(int level, int name);

// setsockopt and getsockopt of one: 0 or the errno that Linux gives.
int set_group_option(const Handle& handle, int level, int name, const void* value,
                     socklen_t length);
int get_group_option(const Handle& handle, int level, int name, void* value, socklen_t* length);

}  // namespace tapstack::shim
