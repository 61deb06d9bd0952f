// The namespaces that a stack lives in: making, marking, finding and joining them.
//
// A mark is what `tapstack host` finds a stack by: the source of a mount in its mount namespace,
// which any process in it shows in /proc/<pid>/mountinfo. It needs no file that could be left
// behind, and it lasts exactly as long as the namespaces, whatever the program does to its
// environment or its name.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tapif/device.h"

namespace tapstack::tools {

inline constexpr uint32_t kLoopbackMtu = 65536;  // Linux's, so nothing is changed

// Puts this process (single-threaded) into new network and mount namespaces, and into a new user
// namespace when it needs one for that, where it keeps its own user and group id. Every mount is
// made nosuid there: the loader preloads nothing into a program that gains privilege by exec.
// An ordinary user's program may bind every port there. Capabilities are full until exec. Failures:
// EPERM (user namespaces are not allowed: how to allow them), ENOSYS.
tapif::Failure make_namespaces();

// Marks the namespaces as those of a stack on `device`, by a mount over `folder`, which ends with
// them.
tapif::Failure mark_namespaces(const std::string& device, std::string& folder);

struct RunningStack {
  pid_t pid = 0;  // a process in it whose namespaces the caller may join
  std::string device;
  int64_t started_ms = 0;  // CLOCK_BOOTTIME
};

// The marked namespaces that the caller may join, the newest first.
std::vector<RunningStack> find_running_stacks();

// Whether the process is in marked namespaces.
bool is_in_stack(pid_t pid);

// Puts this process into the namespaces of another; the working directory stays when it exists
// there. Capabilities last over an exec. Failures: ESRCH, EPERM.
tapif::Failure join_namespaces(pid_t pid);

}  // namespace tapstack::tools
