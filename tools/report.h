// What the command says of its own, and the statuses it exits with when no program ran. The last
// three are those of env(1), timeout(1) and docker-run(1).
#pragma once

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "tapif/device.h"

namespace tapstack::tools {

inline constexpr int kUsageStatus = 2;            // the command line makes no sense
inline constexpr int kSetUpStatus = 125;          // the stack's surroundings could not be made
inline constexpr int kNotExecutableStatus = 126;  // the program was found but cannot be run
inline constexpr int kNotFoundStatus = 127;       // there is no such program

// Of the system call before it.
inline tapif::Failure failed(const std::string& what) {
  const int error = errno;
  return {error, "cannot " + what + ": " + std::strerror(error)};
}

// One line on stderr.
inline void report(const std::string& message) {
  std::fprintf(stderr, "tapstack: %s\n", message.c_str());
}

}  // namespace tapstack::tools
