// How a host is set up: net.ipv4.tcp_* of Linux, as far as the stack has the same.
#pragma once

#include <vector>

#include "core/api/sockets.h"
#include "tools/packetdrill/script_settings.h"

namespace tapstack::packetdrill {

// First what every script of packetdrill's own suite begins with (its defaults.sh), then `script`.
// What the stack has not, or does not take, changes nothing.
void set_host_options(Stack& stack, Instant now, const std::vector<ScriptSetting>& script);

// A command that the script runs on the way.
void change_host_options(Stack& stack, Instant now, const std::vector<ScriptSetting>& command);

}  // namespace tapstack::packetdrill
