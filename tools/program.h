// Finding programs and the library, and becoming a program.
#pragma once

#include <string>
#include <vector>

namespace tapstack::tools {

// As execvp(3) finds it; empty when there is none. A name with a slash is taken as it is.
std::string find_program(const std::string& name);

// A library of ours beside this command (a build folder), in ../lib (an installation) or where it
// was configured to be installed; empty when it is in none of these.
std::string find_library(const std::string& name = "libtapstack.so");

// tapstack-keeper, likewise; in ../libexec/tapstack of an installation.
std::string find_keeper_program();

// Replaces this process. `path` as found by find_program(), words[0] the name the program sees.
// Returns only on failure, after saying why, with a status of report.h.
int become(const std::string& path, const std::vector<std::string>& words);

}  // namespace tapstack::tools
