// What packetdrill does not tell a library but a stack has to know: the address and the MTU of the
// host under test. They stand in the command line, and scripts may have options of their own.
#pragma once

#include <string>
#include <vector>

#include "tools/packetdrill/virtual_host.h"

namespace tapstack::packetdrill {

// Takes --local_ip, --mtu and --ip_version out of packetdrill's arguments (without argv[0]).
HostSettings settings_from(const std::vector<std::string>& arguments);

// The same as packetdrill sees them: its command line, in it the name of a script, and the lines of
// the script that begin with "--". What cannot be read is not there.
std::vector<std::string> arguments_of_run();

// Adds the flags of --so_flags, separated by commas; "superframes" is the only one there is.
// False: there is another.
bool add_flags(const char* flags, HostSettings& settings);

}  // namespace tapstack::packetdrill
