// What packetdrill does not tell a library but a stack has to know: address, MTU and settings of
// the host under test. They stand in the command line and in the script.
#pragma once

#include <string>
#include <vector>

#include "tools/packetdrill/virtual_host.h"

namespace tapstack::packetdrill {

// Takes --local_ip and --mtu out of packetdrill's arguments (without argv[0]), then out of the
// lines of the script that begin with "--"; and what the script's commands set.
HostSettings settings_from(const std::vector<std::string>& arguments, const std::string& script);

// The command line of this process, and the text of the script that it ends with: empty if that
// cannot be read.
std::vector<std::string> arguments_of_run();
std::string script_of_run(const std::vector<std::string>& arguments);

// Adds the flags of --so_flags, separated by commas; "superframes" is the only one there is.
// False: there is another.
bool add_flags(const char* flags, HostSettings& settings);

}  // namespace tapstack::packetdrill
