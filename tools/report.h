// What the command says of its own, and the statuses it exits with when no program ran. The last
// three are those of env(1), timeout(1) and docker-run(1).
#pragma once

#include <cstdio>
#include <string>

namespace tapstack::tools {

inline constexpr int kUsageStatus = 2;            // the command line makes no sense
inline constexpr int kSetUpStatus = 125;          // the stack's surroundings could not be made
inline constexpr int kNotExecutableStatus = 126;  // the program was found but cannot be run
inline constexpr int kNotFoundStatus = 127;       // there is no such program

// One line on stderr.
inline void report(const std::string& message) {
  std::fprintf(stderr, "tapstack: %s\n", message.c_str());
}

}  // namespace tapstack::tools
