// Files of /proc/sys/net whose values are the stack's. They are what the stack was built and
// started with; a program reads them.
#pragma once

#include <string_view>

#include "shim/proc/text.h"

namespace tapstack::shim::proc {

// A file by its path below /proc/sys/net ("ipv4/tcp_sack").
bool is_setting(std::string_view name);
// Writes its value, of one that is. 0 or an errno.
int write_setting(std::string_view name, Text& text);

}  // namespace tapstack::shim::proc
