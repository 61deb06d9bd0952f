// Whether a library can be preloaded into a program, told from its file before it runs.
#pragma once

#include <string>

namespace tapstack::tools {

enum class ProgramKind {
  kDynamic,    // the library can be preloaded
  kStatic,     // no loader runs, so nothing is preloaded
  kGo,         // Go's run time makes system calls itself, even where a loader runs
  kWordSize,   // a 32-bit program beside a 64-bit library, or the other way round
  kMachine,    // for another machine
  kOtherLibc,  // its loader is that of another C library
  kUnknown,    // no ELF file, or not readable
};

struct InspectedProgram {
  ProgramKind kind = ProgramKind::kUnknown;
  std::string path;  // the ELF file looked at: the interpreter, of a script
};

// Reads the ELF headers of the program; of its interpreter when it is a script, and of what
// env(1) would start when that is the interpreter.
InspectedProgram inspect_program(const std::string& path);

// Set-user-ID or set-group-ID of somebody else: no such rights are gained where the mounts are
// nosuid, and without that the loader would ignore LD_PRELOAD.
bool gains_rights(const std::string& path);

// "is statically linked: ...; what to do": what stops the library in this program. Empty when
// nothing is known to.
std::string describe_problem(const std::string& path);

}  // namespace tapstack::tools
