// Finding programs and the library, and becoming a program.
#pragma once

#include <string>
#include <vector>

namespace tapstack::tools {

enum class ProgramKind {
  kDynamic,  // the library can be preloaded
  kStatic,   // no loader runs, so nothing is preloaded
  kForeign,  // of another word size or machine than this command and the library
  kUnknown,  // no ELF file, or not readable
};

// As execvp(3) finds it; empty when there is none. A name with a slash is taken as it is.
std::string find_program(const std::string& name);

// Reads the ELF headers of the program; of its interpreter when it is a script.
ProgramKind inspect_program(const std::string& path);

// A library of ours beside this command (a build folder), in ../lib (an installation) or where it
// was configured to be installed; empty when it is in none of these.
std::string find_library(const std::string& name = "libtapstack.so");

// Replaces this process. `path` as found by find_program(), words[0] the name the program sees.
// Returns only on failure, after saying why, with a status of report.h.
int become(const std::string& path, const std::vector<std::string>& words);

}  // namespace tapstack::tools
