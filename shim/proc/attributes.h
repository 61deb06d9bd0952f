// Files of /sys/class/net that tell of an interface of the stack.
#pragma once

#include <string_view>

#include "shim/proc/text.h"

namespace tapstack::shim::proc {

// A file by its path below /sys/class/net ("ts0/mtu"). Asks no engine: which names the stack's
// interfaces have is known from the settings.
bool is_attribute(std::string_view name);
// Writes its value, of one that is. 0, or the errno of the read on Linux.
int write_attribute(std::string_view name, Text& text);

}  // namespace tapstack::shim::proc
