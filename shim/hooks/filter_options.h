// SO_ATTACH_FILTER and what belongs to it, of every kind of socket.
#pragma once

#include <sys/socket.h>

#include "shim/hooks/descriptors.h"

namespace tapstack::shim {

bool is_filter_option(int level, int name);
// Each an errno or 0, as sk_getsockopt's and sk_setsockopt's.
int get_filter_option(const Handle& handle, int name, void* value, socklen_t* length);
int set_filter_option(const Handle& handle, int name, const void* value, socklen_t length);

}  // namespace tapstack::shim
