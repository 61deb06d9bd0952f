// Socket options that are no numbers, or wider ones.
#pragma once

#include <sys/socket.h>

#include "shim/hooks/descriptors.h"

namespace tapstack::shim {

// getsockopt and setsockopt of one whose level the socket has: 0 or the errno that Linux gives,
// ENOPROTOOPT for what is not known. `who`: see option_table.h.
int get_special_option(const Handle& handle, uint8_t who, int level, int name, void* value,
                       socklen_t* length);
int set_special_option(const Handle& handle, uint8_t who, int level, int name, const void* value,
                       socklen_t length);

}  // namespace tapstack::shim
